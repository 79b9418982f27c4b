#!/bin/sh
# Give refresh the two capabilities that it has for ordinary users. Without
# them everything works with one id per container.
set -u
dir=${1:?directory of the helpers}
if [ "$(id -u)" -eq 0 ]; then
	if ! setcap cap_setuid,cap_setgid=p "$dir/refresh"; then
		echo "warning: $dir/refresh has no capabilities: containers" \
		    "of ordinary users get one id each (is libcap2-bin" \
		    "installed, and has the file system extended" \
		    "attributes?)" >&2
	fi
else
	echo "note: as root, give refresh its capabilities:" >&2
	echo "	setcap cap_setuid,cap_setgid=p $dir/refresh" >&2
fi
