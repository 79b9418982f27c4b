#!/bin/sh
# The corpus through the real fuzz targets, under ASan, without fuzzing: also
# those that are linked with a program. Needs clang; says so when it is not
# there.
set -u
cd "$(dirname "$0")/.." || exit 1
if ! command -v clang >/dev/null; then
	echo "ok - corpus # SKIP needs clang"
	echo "0 passed, 0 failed, 1 skipped"
	exit 0
fi
passed=0 failed=0
make --no-print-directory FUZZ=1 CC=clang fuzzers || failed=1
for source in tests/fuzz/*_fuzz.c; do
	name=$(basename "$source" _fuzz.c)
	if build/fuzz/"${name}_fuzz" -runs=0 -detect_leaks=1 \
	    "tests/corpus/$name" >build/fuzz/"$name".replay 2>&1; then
		echo "ok - corpus $name"
		passed=$((passed + 1))
	else
		tail -30 build/fuzz/"$name".replay
		echo "not ok - corpus $name"
		failed=$((failed + 1))
	fi
done
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
