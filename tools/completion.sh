#!/bin/sh
# Write completion/bash, zsh and fish from what the program prints of its own
# tables (bulkhead --dump-options).
#
#	B=build/plain tools/completion.sh
set -eu
: "${B:?}"
mkdir -p completion
dump=$(mktemp)
trap 'rm -f "$dump"' EXIT
"$B/bin/bulkhead" --dump-options |
    awk -F'\t' '$1 != "option" || ($5 != "refused" && $5 != "ignored" &&
	$3 !~ /^dump-/)' > "$dump"

# Words to complete with, by what a table says completes a value.
capabilities='ALL AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD
NET_ADMIN NET_BIND_SERVICE NET_RAW SETFCAP SETGID SETPCAP SETUID SYS_ADMIN
SYS_CHROOT SYS_PTRACE SYS_TIME'
signals='HUP INT QUIT KILL USR1 USR2 TERM STOP CONT WINCH'
limits='as= core= cpu= data= fsize= locks= memlock= nofile= nproc= stack='
filters='ancestor= before= exited= id= label= name= since= status= until='

cat > completion/bash <<'END'
# bash completion of bulkhead; made by tools/completion.sh.

_bulkhead_names() {
	local prog=${COMP_WORDS[0]}
	case $1 in
	container)
		"$prog" ps -a --format '{{.Names}} {{.ID}}' 2>/dev/null ;;
	running)
		"$prog" ps --format '{{.Names}} {{.ID}}' 2>/dev/null ;;
	paused)
		"$prog" ps --filter status=paused \
		    --format '{{.Names}} {{.ID}}' 2>/dev/null ;;
	image)
		"$prog" images --format '{{.Repository}}:{{.Tag}} {{.ID}}' \
		    2>/dev/null ;;
	volume|pod)
		"$prog" "$1" ls --format '{{.Name}}' 2>/dev/null ;;
	object)
		_bulkhead_names container
		_bulkhead_names image ;;
	esac
}

# Complete the current word as the table says: words, names or files.
_bulkhead_value() {
	local IFS=$' \t\n'
	case $1 in
	file)
		compopt -o filenames 2>/dev/null
		COMPREPLY=($(compgen -f -- "$cur")) ;;
	container|running|paused|image|object|volume|pod)
		COMPREPLY=($(compgen -W "$(_bulkhead_names "$1")" -- "$cur"))
		[ -z "${__ltrimcolon:-}" ] || __ltrim_colon_completions "$cur" ;;
	variable)
		COMPREPLY=($(compgen -e -- "$cur")) ;;
END
{
	printf '\tcapability)\n\t\tCOMPREPLY=($(compgen -W "%s" -- "$cur")) ;;\n' \
	    "$(echo $capabilities)"
	printf '\tsignal)\n\t\tCOMPREPLY=($(compgen -W "%s" -- "$cur")) ;;\n' \
	    "$(echo $signals)"
	printf '\tlimit)\n\t\tCOMPREPLY=($(compgen -W "%s" -- "$cur")) ;;\n' \
	    "$(echo $limits)"
	printf '\tfilter)\n\t\tCOMPREPLY=($(compgen -W "%s" -- "$cur")) ;;\n' \
	    "$(echo $filters)"
} >> completion/bash
cat >> completion/bash <<'END'
	-)
		;;
	*)
		COMPREPLY=($(compgen -W "${1//|/ }" -- "$cur")) ;;
	esac
}

_bulkhead() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
	local path= word i opts values operand members
	for ((i = 1; i < COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		case $word in
		-*) continue ;;
		esac
		if [ -z "$path" ]; then
			case ${COMP_WORDS[i-1]} in
			--root|--runroot|--tmpdir|--storage-*|--log-level|--cgroup-manager)
				continue ;;
			esac
			path=$word
		elif [ "$path" = container ] || [ "$path" = image ] ||
		    [ "$path" = system ]; then
			path="$path $word"
		fi
	done
	operand=- opts= values= members=
	case $path in
END
awk -F'\t' '
function flush() {
	if (path == "")
		return
	printf "\t\"%s\"", path
	n = split(also, a, " ")
	parent = path
	sub(/[^ ]*$/, "", parent)
	for (i = 1; i <= n; i++)
		if (a[i] != "-")
			printf "|\"%s%s\"", parent, a[i]
	printf ")\n\t\toperand=\"%s\"\n\t\topts=\"%s\"\n\t\tvalues=\"%s\" ;;\n",
	    operand, opts, values
}
$1 == "command" {
	flush()
	path = $2; operand = $4; also = $5; opts = ""; values = ""
}
$1 == "group" { flush(); path = "" }
$1 == "option" && $2 != "-" {
	opts = opts "--" $3 " "
	if ($4 != "-")
		opts = opts "-" $4 " "
	if ($5 == "value") {
		values = values "--" $3 ":" $6 " "
		if ($4 != "-")
			values = values "-" $4 ":" $6 " "
	}
}
END { flush() }' "$dump" >> completion/bash
awk -F'\t' '
$1 == "group" || $1 == "command" {
	n = split($2, w, " ")
	if (n == 1)
		top = top $2 " "
	else
		members[w[1]] = members[w[1]] w[2] " "
}
$1 == "option" && $2 == "-" {
	globals = globals "--" $3 " "
	if ($5 == "value")
		values = values "--" $3 ":" $6 " "
}
END {
	for (g in members)
		printf "\t%s)\n\t\tmembers=\"%s\" ;;\n", g, members[g]
	printf "\t\"\")\n\t\tmembers=\"%shelp\"\n\t\topts=\"%s\" ;;\n", top,
	    globals
	printf "\tesac\n\tvalues=\"$values%s\"\n", values
}' "$dump" >> completion/bash
cat >> completion/bash <<'END'
	for word in $values; do
		if [ "${word%%:*}" = "$prev" ]; then
			_bulkhead_value "${word#*:}"
			return
		fi
	done
	case $cur in
	-*)
		COMPREPLY=($(compgen -W "$opts" -- "$cur")) ;;
	*)
		if [ -n "$members" ]; then
			COMPREPLY=($(compgen -W "$members" -- "$cur"))
		else
			_bulkhead_value "$operand"
		fi ;;
	esac
}

complete -F _bulkhead bulkhead
END

cat > completion/zsh <<'END'
#compdef bulkhead
# zsh completion of bulkhead; made by tools/completion.sh. It is bash's, which
# zsh can run.
autoload -U +X bashcompinit && bashcompinit
END
sed 1d completion/bash >> completion/zsh
# The first time, zsh runs this file as the function itself.
echo '_bash_complete -F _bulkhead' >> completion/zsh

awk -F'\t' '
function quoted(s) {
	gsub(/\\/, "\\\\", s)
	gsub(/\047/, "\\\047", s)
	return "\047" s "\047"
}
function source(what) {
	if (what == "container")
		return "(bulkhead ps -a --format \"{{.Names}}\" 2>/dev/null)"
	if (what == "paused")
		return "(bulkhead ps --filter status=paused --format \"{{.Names}}\" 2>/dev/null)"
	if (what == "running")
		return "(bulkhead ps --format \"{{.Names}}\" 2>/dev/null)"
	if (what == "image")
		return "(bulkhead images --format \"{{.Repository}}:{{.Tag}}\" 2>/dev/null)"
	if (what == "volume" || what == "pod")
		return "(bulkhead " what " ls --format \"{{.Name}}\" 2>/dev/null)"
	if (what == "object")
		return "(bulkhead ps -a --format \"{{.Names}}\" 2>/dev/null; bulkhead images --format \"{{.Repository}}:{{.Tag}}\" 2>/dev/null)"
	gsub(/\|/, " ", what)
	return what
}
function condition(path,   w, n) {
	n = split(path, w, " ")
	if (n == 1)
		return "__fish_seen_subcommand_from " w[1]
	return "__fish_seen_subcommand_from " w[1] "; and __fish_seen_subcommand_from " w[2]
}
BEGIN {
	print "# fish completion of bulkhead; made by tools/completion.sh."
	print "complete -c bulkhead -f"
}
$1 == "group" || $1 == "command" {
	n = split($2, w, " ")
	if (n == 1)
		printf "complete -c bulkhead -n __fish_use_subcommand -a %s -d %s\n", $2, quoted($3)
	else
		printf "complete -c bulkhead -n %s -a %s -d %s\n", quoted("__fish_seen_subcommand_from " w[1]), w[2], quoted($3)
}
$1 == "command" && $4 != "-" {
	if ($4 == "file")
		printf "complete -c bulkhead -n %s -F\n", quoted(condition($2))
	else
		printf "complete -c bulkhead -n %s -a %s\n", quoted(condition($2)), quoted(source($4))
}
$1 == "option" {
	printf "complete -c bulkhead -n %s -l %s", quoted($2 == "-" ? "__fish_use_subcommand" : condition($2)), $3
	if ($4 != "-")
		printf " -s %s", $4
	if ($5 == "value") {
		if ($6 == "file")
			printf " -r -F"
		else if ($6 == "-" || $6 ~ /^(capability|signal|limit|filter|variable)$/)
			printf " -x"
		else
			printf " -x -a %s", quoted(source($6))
	}
	if ($7 != "-" && $7 != "")
		printf " -d %s", quoted($7)
	print ""
}' "$dump" > completion/fish
