#!/bin/sh
# Installs the programs that ward's tests compare it with and build their file
# systems by: as root on Debian and its kin, by apt-get. Otherwise it says what is
# missing and changes nothing; the tests that need it then say so themselves.
set -eu

# program:package
wanted='
setfacl:acl getfacl:acl
setfattr:attr getfattr:attr
chattr:e2fsprogs mkfs.ext4:e2fsprogs
mkfs.xfs:xfsprogs
mkfs.btrfs:btrfs-progs btrfs:btrfs-progs
mkfs.ntfs:ntfs-3g ntfs-3g:ntfs-3g ntfssecaudit:ntfs-3g ntfsusermap:ntfs-3g
getcifsacl:cifs-utils setcifsacl:cifs-utils
unadf:unadf
fusermount3:fuse3
strace:strace
bfs:bfs
setcap:libcap2-bin getcap:libcap2-bin capsh:libcap2-bin
mount:mount unshare:util-linux setpriv:util-linux taskset:util-linux
find:findutils
ssh-keygen:openssh-client gpg:gnupg
openssl:openssl
python3:python3-minimal
bsdtar:libarchive-tools
debootstrap:debootstrap
rpm:rpm rpmbuild:rpm rpm2cpio:rpm2cpio cpio:cpio
sqlite3:sqlite3
dpkg-deb:dpkg ssh:openssh-client
nfs4_setfacl:nfs4-acl-tools nfs4_getfacl:nfs4-acl-tools
samba-tool:samba-common-bin
zipinfo:unzip unzip:unzip zip:zip
mformat:mtools mcopy:mtools mattrib:mtools
hformat:hfsutils hmount:hfsutils hattrib:hfsutils hcopy:hfsutils
clang-14:clang-14
'

PATH=$PATH:/usr/sbin:/sbin
missing='' packages=''
for pair in $wanted; do
	if ! command -v "${pair%%:*}" >/dev/null 2>&1; then
		missing="$missing ${pair%%:*}"
		packages="$packages ${pair##*:}"
	fi
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
	echo "not installed, and some tests need it:$missing"
	echo "on Debian, as root: apt-get install$packages"
	exit 0
fi
echo "installing what the tests need:$packages"
export DEBIAN_FRONTEND=noninteractive
# A failure here is no failure of the tests: those that lack something say so.
# shellcheck disable=SC2086
{ apt-get -qq update && apt-get -qq install -y --no-install-recommends $packages </dev/null; } ||
	echo "apt-get could not install all of:$packages"
