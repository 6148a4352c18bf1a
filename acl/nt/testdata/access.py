# Decides with Samba: each line is a descriptor in hexadecimal, the rights wanted,
# the privileges held, and the SIDs of the token; the answer is "granted N" or
# "denied STATUS".
import sys
from samba import NTSTATUSError
from samba.dcerpc import security
from samba.ndr import ndr_unpack
from samba.security import access_check

for line in sys.stdin:
    raw, wanted, privileges, *sids = line.split()
    token = security.token()
    token.sids = [security.dom_sid(s) for s in sids]
    token.num_sids = len(sids)
    token.privilege_mask = int(privileges)
    descriptor = ndr_unpack(security.descriptor, bytes.fromhex(raw))
    try:
        print("granted", access_check(descriptor, token, int(wanted)))
    except NTSTATUSError as e:
        print("denied", e.args[0])
