# Part of fixtures.sh: an image of 30 layers made by umoci from the
# differences between real trees, with everything that a layer can hold.

layers_umoci() {
	busybox_root
	umoci init --layout oci
	umoci new --image oci:thirty
	umoci unpack --image oci:thirty b
	cp -a r/. b/rootfs/
	b=b/rootfs
	mkdir -p $b/l $b/dev
	umoci repack --refresh-bundle --image oci:thirty b
	for n in $(seq 2 30); do
		echo "$n" >$b/l/$n
		case $n in
		3)	echo a >$b/l/hard; ln $b/l/hard $b/l/hard2 ;;
		4)	ln $b/l/hard $b/l/hard3 ;;	# to one of a lower layer
		5)	mknod $b/dev/zero5 c 1 5; mkfifo $b/l/fifo ;;
		6)	setfattr -n user.note -v "of layer 6" $b/l/6 ;;
		7)	setcap cap_net_bind_service=ep $b/bin/euid ;;
		8)	truncate -s 20M $b/l/sparse
			printf x | dd of=$b/l/sparse bs=1 seek=10000000 conv=notrunc ;;
		9)	long=$(printf 'n%.0s' $(seq 240))
			mkdir -p "$b/l/$long/$long/$long"
			echo deep >"$b/l/$long/$long/$long/$long" ;;
		10)	rm $b/l/2 ;;			# a whiteout
		11)	mkdir $b/l/opq; echo x >$b/l/opq/old ;;
		12)	rm -r $b/l/opq; mkdir $b/l/opq	# an opaque one
			echo y >$b/l/opq/new ;;
		13)	rm $b/l/3; mkdir $b/l/3; echo in >$b/l/3/file ;;
		14)	mkdir $b/l/14d; echo z >$b/l/14d/f ;;
		15)	rm -r $b/l/14d; echo file >$b/l/14d ;;
		16)	chown 1234:4321 $b/l/4; chmod 4751 $b/l/4 ;;
		17)	chmod 2770 $b/l/opq; chown 7:8 $b/l/opq ;;
		18)	ln -s /nowhere/at/all $b/l/dangling; ln -s ../l $b/l/loop ;;
		19)	touch -d '1970-01-01 00:00:01' $b/l/5 ;;
		20)	printf 'utf8' >"$b/l/näme mit leer"; printf 'nl' >"$b/l/a
b" ;;
		21)	mkdir $b/l/closed; echo c >$b/l/closed/f; chmod 0 $b/l/closed ;;
		22)	mkdir $b/l/many; (cd $b/l/many && seq 500 | xargs touch) ;;
		23)	rm -r $b/l/many ;;
		24)	head -c 300000 /dev/urandom >$b/l/noise ;;
		25)	chown 60000:60001 $b/l/noise ;;
		esac
		umoci repack --refresh-bundle --image oci:thirty b
	done
	umoci config --image oci:thirty --config.cmd sh
	[ "$(jq '.layers | length' "oci/blobs/sha256/$(jq -r \
	    '.manifests[0].digest[7:]' oci/index.json)")" = 30 ]
}
thirty_gzip() {
	layers_umoci
	skopeo copy oci:oci:thirty "oci-archive:$PWD/out:localhost/thirty:gzip"
}
thirty_again() {	# the same contents, from the archive that is there
	skopeo copy "$@" "oci-archive:$dir/layers.oci.tar" "$to"
}
thirty_zstd() {	# recompressed only what is not compressed
	to=dir:$PWD/d thirty_again --dest-decompress
	skopeo copy --dest-compress --dest-compress-format zstd "dir:$PWD/d" \
	    "oci-archive:$PWD/out:localhost/thirty:zstd"
}
thirty_docker() {
	to=docker-archive:$PWD/out:localhost/thirty:docker thirty_again
}
make_one layers.oci.tar thirty_gzip
make_one layers.docker.tar thirty_docker
make_one layers.zstd.tar thirty_zstd
