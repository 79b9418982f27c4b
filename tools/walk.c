/*
 * Linked into every program of a build with -finstrument-functions by
 * tools/walk.sh. Records each function that is entered, as its distance from
 * the start of the program, in a file below WALK_DIR that is mapped before
 * main(), so that no policy is in the way.
 */
#include <sys/mman.h>
#include <sys/types.h>

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SLOTS	16384		/* more than a program has functions */
#define PLAIN	__attribute__((no_instrument_function))

void	__cyg_profile_func_enter(void *, void *);
void	__cyg_profile_func_exit(void *, void *);

extern char		 __executable_start[];
static uint32_t		*entered;	/* a hash table; 0: free */

/* PROGRAM.PID, also where the program is a copy in memory. */
PLAIN __attribute__((constructor)) static void
map_file(void)
{
	char	 exe[4096], name[4200], *base, *end;
	ssize_t	 n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	void	*p;
	int	 fd;

	if (n <= 0)
		return;
	exe[n] = '\0';
	if ((end = strstr(exe, " (deleted)")) != NULL)
		*end = '\0';
	base = strrchr(exe, '/') == NULL ? exe : strrchr(exe, '/') + 1;
	if (strncmp(base, "memfd:", 6) == 0)
		base += 6;
	(void)snprintf(name, sizeof(name), "%s/%s.%d", WALK_DIR, base,
	    (int)getpid());
	if ((fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0666)) == -1)
		return;
	if (ftruncate(fd, SLOTS * sizeof(*entered)) == 0 &&
	    (p = mmap(NULL, SLOTS * sizeof(*entered), PROT_READ | PROT_WRITE,
	    MAP_SHARED, fd, 0)) != MAP_FAILED)
		entered = p;
	close(fd);
}

PLAIN void
__cyg_profile_func_enter(void *fn, void *site)
{
	uint32_t	 off = (uint32_t)((char *)fn - __executable_start);
	uint32_t	 i = off * 2654435761u % SLOTS;

	(void)site;
	if (entered == NULL)
		return;
	while (entered[i] != 0 && entered[i] != off)
		i = (i + 1) % SLOTS;
	entered[i] = off;
}

PLAIN void
__cyg_profile_func_exit(void *fn, void *site)
{
	(void)fn;
	(void)site;
}
