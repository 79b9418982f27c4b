#!/bin/sh
# The layers of common/, from the makefile: each library is declared, and
# depends on lower ones only. An include that goes further does not compile,
# because the compiler is given no other path.
set -u
passed=0 failed=0

verdict() {	# verdict WHAT: of the command before
	if [ $? -eq 0 ]; then
		echo "ok - $1"
		passed=$((passed + 1))
	else
		echo "not ok - $1"
		failed=$((failed + 1))
	fi
}

layers=$(make --no-print-directory -s layers)
echo "$layers" | sed 's/^/# /'

for dir in common/*/; do
	name=$(basename "$dir")
	[ "$name" = musl ] && continue		# headers of the C library
	echo "$layers" | grep -q "^$name\( [^?]*\)*$"
	verdict "$name is declared, with its dependencies"
done

echo "$layers" | awk '{ for (i = 2; i <= NF; i++) if (!($i in seen)) {
	print "# " $1 " depends on " $i ", which is not below it"; bad = 1 }
	seen[$1] = 1 } END { exit bad }'
verdict "dependencies point down"

# The compiler is what enforces it: an upward include is an error.
probe=$(mktemp -d) || exit 1
trap 'rm -rf "$probe"' EXIT
echo '#include "tmpl.h"' >"$probe/up.c"
! cc -Icommon/base -Icommon/protocol -fsyntax-only "$probe/up.c" 2>/dev/null
verdict "an include of a higher library does not compile"

# Messages are the client's business, and call.h is the client's own.
! grep -rnE 'MSG_(ping|[a-z]+_[a-z_]+)|"call\.h"' bin common/cli common/print \
    common/runtime common/engine common/view | sed 's/^/# /' | grep .
verdict "only the client and the helpers name messages"

sh tests/circles.sh
verdict "no files of client, runtime, engine and view call one another in a circle"

# A key that is not declared, a getter of another type and a literal are
# errors, and without them the same lines compile.
keys() {	# keys EXPRESSION
	printf '#include "record.h"\nlong f(const struct rec *r);\n' >"$probe/k.c"
	printf 'long f(const struct rec *r) { return ((long)%s); }\n' "$1" \
	    >>"$probe/k.c"
	cc -std=gnu17 -Werror -Icommon/base -Icommon/protocol -fsyntax-only \
	    "$probe/k.c" 2>/dev/null
}
keys 'rec_num(r, KEY(pid), 0)' && keys 'rec_str(r, KEY(id), "")' &&
    keys 'rec_str(r, KEY_IN(pod, state), "")' &&
    keys 'rec_num(r, KEY_AS(num_locks), 0)' && keys 'rec_has(r, KEY(pid))'
verdict "declared keys compile"
! keys 'rec_num(r, KEY(pidd), 0)' &&
    ! keys 'rec_str(r, KEY_IN(pod, pid), "")' &&
    ! keys 'rec_num(r, KEY_AS(num_lock), 0)' && ! keys 'KEY_TEXT(idd)'
verdict "a misspelt key does not compile"
! keys 'rec_str(r, KEY(pid), "")' && ! keys 'rec_num(r, KEY(id), 0)'
verdict "the getter of another type does not compile"
! keys 'rec_str(r, "id", "")' && ! keys 'rec_has(r, "id")' &&
    ! keys 'rec_str(r, KEY_FROM("id"), "")'
verdict "a literal as a key does not compile"

echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
