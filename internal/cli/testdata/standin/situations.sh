# What chmod, chown and chgrp say and do in many situations. It runs in an empty
# directory, as root; PATH decides whose commands they are.
export LC_ALL=C
run() { echo "\$ $*"; "$@" 2>err >out; rc=$?; cat out; sed 's/^/E /' err; echo "rc $rc"; }
umask 022
touch f; ln -s nowhere dang; ln -s f link; ln -s loop loop; mkdir d; touch d/x "d/a'b" $'d/n\nl' $'d/\303\251' 'd/a b' 'd/-q'; ln -s x d/sl; ln -s none d/sn; mkdir -p e/f/g; touch e/f/g/h; ln -s ../d e/dl
chmod 640 f
run chmod -v 600 f dang link loop nope d/../f/ ''
run chmod -Rv g+w d
run env LC_ALL=C.UTF-8 chmod -Rv g-w d
run env LC_ALL=C.UTF-8 chmod zz f
for m in "a'b" $'a\nb' $'\303\251' '' 8 08 10000 755,u+x u+ ,u+x u=644 =644 +1-1 -- -w,+x; do run chmod -v "$m" f; done
run chmod; run chmod 644; run chmod -w; run chmod --reference=f; run chmod --reference=f 644; run chmod --reference=nope f; run chmod --reference=f -w d
run chmod -z f; run chmod -Rw f; run chmod -v -w,+x f; run chmod -c -rwx f; run chmod -v 7777 f; run chmod -v 644 f; run chmod --v 600 f; run chmod --re 600 f;
run /bin/sh -c 'chmod -v 644 f > /dev/full'
run chmod -R 755 nope; run chmod 755 d/ d// -c; run chmod -cR 750 d//; run chmod -cR 755 d///
run chmod -v 644 -- -x; run chmod -x f; run chmod -v -x -- f; run chmod -v -- -x f; run chmod +x -v f; run chmod u+w,-x f -v; run chmod -v -s d; run chmod -v g+s,u+s d; run chmod -v 755 d; run chmod -v 0755 d; run chmod -v 00755 d
run chmod -f 600 nope; run chmod -vf 600 nope dang; run chmod -c 600 nope
run chmod -v =rw,+X f d; run chmod -v a=,u=g f; run chmod -v --reference=d f; run chmod -v --reference f d; run chmod 755 d;
run chmod -Rv 755 link; run chmod -Rv u=rwx,go=rx e; run chmod -Rc o-x e; run chmod -cR o+x e/dl
run chmod -v --refer=d f; run chmod --silent --quiet 600 f; run chmod --changes 644 f; run chmod --nope 644 f; run chmod --changes=1 644 f; run chmod --reference
run env POSIXLY_CORRECT=1 chmod 644 f -v; run chmod 644 f -v
chown root:daemon f
run chown -v daemon:bin f; run chown -v :root f; run chown -v root: f; run chown -v root.root f; run chown -v root. f; run chown -v .root f; run chown -v 12345:54321 f; run chown -v +0:+0 f; run chown -v 12345: f; run chown -v : f; run chown -v '' f; run chown -v nouser f; run chown -v :nogroup99 f; run chown -v 'a b' f;  run chown -v 4294967295 f; run chown -v 4294967294 f; run chown -v -- -1 f; run chown 1.2 f; run chown -v ::root f; run chown -v root:root:x f; run chown --from=root f f; run chown --from=nouser root f; run chown --from=:daemon -v root f; run chown --from=root.root -v daemon f; run chown --from=4294967294 -v root:root f; run chown -v --reference=d f; run chown -v --reference=nope f; run chown; run chown root; run chown root -v; run chown --reference=f; run chown -R --dereference root d; run chown -Rv daemon d; run chown -v daemon dang; run chown -hv daemon dang; run chown -v daemon loop nope; run chgrp -v daemon f; run chgrp -v '' f; run chgrp -v nog f; run chgrp 4294967296 f; run chgrp -v 4 f; run chgrp; run chgrp x; run chgrp -v -h bin link; run chown -v 08 f; run chown -v 0x10 f; run chown -v ' 5' f; run chown -v 18446744073709551616 f; run chgrp -v -- -5 f; run chgrp -v 5k f; run chown -v root:-1 f; run chown -v root:4294967295 f; run chown -cR root d; run chown -v f: f; run chown -Rv --from=root bin d;  run chown -v root f/; run chown -vRH root link; ln -s d dl; run chown -vRH root dl; run chown -vRL root dl; run chown -vRHh root dl; run chown -v root dl/; run chown -v 12345. f; run chown -v root:4294967294 f; run chown -v +5: f; run chown -v + f; run chown -v root:+ f; run chown -v a.b f; run chown -v root.nope f; run chown -v root.1.2 f; run chown -vRL 7:8 e; run chown -vR --from=7:8 9 e; run chown -f root nope; run chown -c root nope; run chown --from root -v 3 f; run chown -Rv : d; run chgrp --reference=f -v d; run chgrp -Rc 12 e; run chown -vL 5 dl link; run chown --dereference -v 6 link; run chown -RLh -v 5 e
run chown -Rv --preserve-root -L root e
cat > np.sh <<'X'
export LC_ALL=C
run() { echo "\$ $*"; "$@" 2>err2 >out2; rc=$?; cat out2; sed 's/^/E /' err2; echo "rc $rc"; }
mkdir -p n/d/s; touch n/d/f
run chmod -Rv 000 n/d; run chmod 755 n/d; run chmod -Rv a-x n/d; run chmod -Rv u+rwx n/d; run chmod -v + f; run chmod + /etc/passwd;run chmod -v 644 /etc/passwd; run chmod -f 600 /etc/passwd; run chmod -R -c g+s n/d;run chmod -R -v g+s n/d; run chown -Rv nobody n; run chmod 000 n/d; run chown -Rv nobody n; run chown -v root n; run chgrp -v root n; run chown nobody /etc/passwd; run chown nobody:nogroup n; run chown : /etc/passwd; run chown -v : /etc/passwd;run chown -Rvh root:root n; run chmod -R 000 n/d; run chmod -R - n/d; run chmod -c - n; run chmod -R + /root; run chmod -R + n/d; run chmod 755 n/d; chgrp 0 n/d/f; run chmod -c g+s n/d/f; run chown -R : n; run chmod -R + e
X
chmod 777 .; touch err2 out2; chmod 666 err2 out2
setpriv --reuid=65534 --regid=65534 --clear-groups sh np.sh
find . -printf '%p %m %u %g\n' | sort
