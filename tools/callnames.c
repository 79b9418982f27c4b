/*
 * callnames: the names of this machine's system calls by their numbers, as a
 * C header for common/base/sigsys.c.
 */
#include <stdio.h>
#include <stdlib.h>

#include <seccomp.h>

enum { LAST = 600 };

int
main(void)
{
	char	*name;

	printf("/* Made by tools/callnames. */\n"
	    "static const char *const call_names[] = {\n");
	for (int nr = 0; nr < LAST; nr++) {
		name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, nr);
		if (name != NULL)
			printf("\t[%d] = \"%s\",\n", nr, name);
		free(name);
	}
	printf("};\n");
	return (fflush(stdout) == 0 ? 0 : 1);
}
