/* Copying a directory tree into another directory, by descriptor. */
#ifndef BASE_COPY_H
#define BASE_COPY_H

enum copy_flags {
	COPY_OWNERS	= 1 << 0,	/* else the copy is all ours */
	/*
	 * Times, extended attributes, hard links and special files too, and
	 * all of it for the directory itself; else data, links and modes.
	 */
	COPY_EXACT	= 1 << 1,
	COPY_REPLACE	= 1 << 2,	/* parts of an earlier copy are there */
};

/*
 * Copy the contents of one directory into another. Links are not followed,
 * blocks are shared where the filesystem can, holes stay holes. 0, or -1 and
 * errno; what has been copied by then is the caller's to remove.
 */
int	copy_tree(int, int, unsigned int);
/* Give a directory the mode and owner of another. 0, or -1 and errno. */
int	copy_owner(int, int);

#endif
