#!/bin/sh
# Prove that tests can fail: build a program with one defence taken out, and
# see its test notice. Not part of make check.
#
#	B=build/plain tests/mutants.sh unpack	(or fetch)
#
# A line of tests/NAME/mutants is: file, tab, perl expression, tab, what it
# takes away. The expression must change the file.
set -u
name=$1
: "${B:=build/plain}"
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
chmod 755 "$tmp"
# What a test starts beside the program.
cp "$B/libexec/bulkhead/inflate" "$tmp"
libs=$(sed -n "s/^LIBS_$name *:= *//p" GNUmakefile)
survived=0
while IFS='	' read -r file expr what; do
	case $file in ''|'#'*) continue ;; esac
	src=libexec/$name/$file
	rm -rf "$tmp/src" && cp -r "libexec/$name" "$tmp/src"
	perl -0pi -e "$expr" "$tmp/src/$file"
	if cmp -s "$src" "$tmp/src/$file"; then
		echo "not ok - $what: the expression changes nothing"
		survived=$((survived + 1))
		continue
	fi
	o=$B/obj/libexec/$name
	gcc -std=gnu17 -D_GNU_SOURCE -O1 -w -I"$tmp/src" -Icommon/base \
	    -Icommon/protocol -Ipolicy -I"$B/obj/policy" -c -o "$tmp/mutant.o" "$tmp/src/$file" || exit 1
	objs=$(ls "$o"/*.o | grep -v "/${file%.c}\.o$")
	# shellcheck disable=SC2086
	gcc -o "$tmp/$name" "$tmp/mutant.o" $objs \
	    "$B/obj/common/protocol.a" "$B/obj/common/base.a" $libs || exit 1
	st=0
	: > "$tmp/out"
	for t in "$B/obj/tests/$name"/*_test; do
		timeout 60 "$t" "$tmp/$name" >> "$tmp/out" 2>&1 || st=1
	done
	if [ $st -eq 0 ]; then
		echo "not ok - $what: no test has noticed"
		survived=$((survived + 1))
	else
		echo "ok - $what: $(grep -c '^not ok' "$tmp/out") noticed"
	fi
done < "tests/$name/mutants"
[ $survived -eq 0 ]
