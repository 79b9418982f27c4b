#!/bin/sh
# make check: every test program in turn, its lines of TAP counted. A test is
# given the program it is about, confined as always.
#
#	B=build/plain OBJ=build/plain/obj tests/check.sh tests/store/store_test ...
set -u
: "${B:?}" "${OBJ:?}"
passed=0 failed=0 skipped=0
out=$(mktemp) || exit 1
trap 'rm -f "$out"' EXIT

# A program that is gone counts as a failure, however many lines it printed.
for t; do
	name=${t#tests/}
	program=${name%%/*}
	if [ -x "$B/libexec/bulkhead/$program" ]; then
		path=$B/libexec/bulkhead/$program
	elif [ -x "$B/bin/$program" ]; then
		path=$B/bin/$program
	else
		path=$B/libexec/bulkhead
	fi
	echo "# $name"
	# launch builds one container and ends: it frees nothing on purpose. The
	# leak finder opens files and traces, which a confined process cannot.
	case $name in
	launch/* | base/confine_unit)
			export ASAN_OPTIONS=detect_leaks=0 ;;
	*)		unset ASAN_OPTIONS ;;
	esac
	timeout -k 5 "${TEST_SECONDS:-300}" "$OBJ/$t" "$PWD/$path" >"$out" 2>&1
	st=$?
	cat "$out"
	ok=$(grep -c '^ok ' "$out")
	bad=$(grep -c '^not ok ' "$out")
	skip=$(grep -ci '^ok .*# skip' "$out")
	if [ "$st" -ne 0 ] && [ "$bad" -eq 0 ]; then
		echo "not ok - $name ended with status $st"
		bad=1
	fi
	if [ "$st" -eq 0 ] && [ "$ok" -eq 0 ]; then
		echo "not ok - $name tested nothing"
		bad=1
	fi
	passed=$((passed + ok - skip))
	failed=$((failed + bad))
	skipped=$((skipped + skip))
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
