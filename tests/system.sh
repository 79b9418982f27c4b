#!/bin/sh
# make system: real containers, as root and as an ordinary user that is made
# for it, from an installed copy. Root is needed, and nothing from outside.
set -eu
: "${B:?}"
. tests/system/installed.sh

out=$BH_PREFIX/tap
failed=$BH_PREFIX/failed

# A test that failed, alone: what a busy machine did to it, it does not do
# twice. What is wrong fails again. Both are said.
once_more() {	# once_more NUMBER TITLE
	file=$(grep -lF "@test \"$2\" {" tests/system/*.bats | head -1)
	if [ -z "$file" ]; then		# what comes before the tests of a file
		echo "not ok $1 $2"
		return
	fi
	regex=$(printf %s "$2" | sed 's/[][().*^$+?{}|\\]/\\&/g')
	if bats --tap --filter "^$regex\$" "$file" >"$out.again" 2>&1; then
		echo "ok $1 $2 (the second time)"
	else
		echo "not ok $1 $2 (twice)"
		sed 's/^\([^#]\)/# \1/' "$out.again"
	fi
}

# More than a few is no accident.
FEW=5

set +e
bats --tap ${BATS_FILTER:+--filter "$BATS_FILTER"} \
    ${BATS_FILES:-tests/system/*.bats} |
    sed -u 's/^not ok/# failed once:/' | tee "$out"
sed -n 's/^# failed once: \([0-9]*\) \(.*\)/\1 \2/p' "$out" >"$failed"
if [ "$(wc -l <"$failed")" -le "$FEW" ]; then
	while read -r n title; do
		once_more "$n" "$title" </dev/null
	done <"$failed" | tee -a "$out"
else
	sed 's/^/not ok /' "$failed" | tee -a "$out"
fi
awk '/^ok .*# skip/ { s++; next } /^ok / { p++ } /^not ok / { f++ }
    END { printf "%d passed, %d failed, %d skipped\n", p, f, s
	exit f > 0 || p == 0 }' "$out"
