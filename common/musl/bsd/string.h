/* What libbsd adds to glibc, musl has: see the GNUmakefile. */
#include <string.h>
