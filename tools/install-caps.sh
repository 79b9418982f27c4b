#!/bin/sh
# Give refresh the two capabilities that it has for ordinary users. Without
# them everything works with one id per container.
set -u
program=${1:?directory of the helpers}/refresh
if [ "$(id -u)" -ne 0 ]; then
	echo "note: as root, give refresh its capabilities:" >&2
	echo "	setcap cap_setuid,cap_setgid=p $program" >&2
elif ! setcap cap_setuid,cap_setgid=p "$program"; then
	echo "warning: $program has no capabilities: containers" \
	    "of ordinary users get one id each (is libcap2-bin" \
	    "installed, and has the file system extended" \
	    "attributes?)" >&2
fi
