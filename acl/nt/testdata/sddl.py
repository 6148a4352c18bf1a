# Reads descriptors with Samba: each line is one in SDDL; the answer is its bytes in
# hexadecimal and what Samba writes of it, or "refused".
import sys
from samba.dcerpc import security
from samba.ndr import ndr_pack

domain = security.dom_sid("S-1-5-21-1-2-3")
for line in sys.stdin:
    try:
        descriptor = security.descriptor.from_sddl(line.rstrip("\n"), domain)
        print(ndr_pack(descriptor).hex(), descriptor.as_sddl(domain))
    except Exception:
        print("refused -")
