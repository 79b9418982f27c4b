#!/bin/sh
# What the guest does in one boot: the stage that tests/vm.sh wrote down.
. ./lib.sh
read -r stage op <stage

install_all() {
	cp -a root/. /
	setcap cap_setuid,cap_setgid=p "$LIBEXEC/refresh"
	sh ./account.sh
	useradd -m -s /bin/bash ann
	useradd -m -s /bin/bash bob
	loginctl enable-linger ann
	# Debian's podman takes vfs for a user without another configuration.
	install -d -o ann -g ann /home/ann/.config /home/ann/.config/containers
	printf '[storage]\ndriver = "overlay"\n' \
	    >/home/ann/.config/containers/storage.conf
	install -d /etc/tmpfiles.d
	cp bulkhead.conf /etc/tmpfiles.d/
	within 30 test -d "/run/user/$(id -u ann)"
	systemctl daemon-reload
	systemctl enable bulkhead-restart.service
	login systemctl --user daemon-reload
	login systemctl --user enable bulkhead-restart.service
}

machine() {
	echo "kernel $(uname -r), $(cat /sys/kernel/security/lsm)"
	has "$(uname -r)" 6.1.
	is "$(stat -f -c %T /sys/fs/cgroup)" cgroup2fs
	has "$(cat /sys/kernel/security/lsm)" apparmor
	has "$(cat /sys/kernel/security/lsm)" landlock
	is "$(ps -o comm= -p 1)" systemd
}

echo "# $(uname -r), up $(cut -d. -f1 /proc/uptime) s"
case $stage in
first)
	t "the machine is what users have" machine
	t "installation" install_all
	sh ./cases.sh
	login sh /job/cases.sh
	sh ./pause.sh
	login sh /job/pause.sh
	login_as bob sh /job/vfs.sh
	sh ./leave.sh
	sh ./before.sh
	login sh /job/before.sh ;;
install)
	t "installation" install_all
	sh ./images.sh
	login sh /job/images.sh ;;
reboot)
	sh ./after.sh
	login sh /job/after.sh ;;
cut)
	sh ./settled.sh
	login sh /job/settled.sh
	sh ./cut.sh "$op" ;;
settled)
	sh ./settled.sh
	login sh /job/settled.sh ;;
esac
echo "# up $(cut -d. -f1 /proc/uptime) s"
