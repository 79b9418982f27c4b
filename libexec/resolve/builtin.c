#include "builtin.h"

#include "container.h"
#include "nitems.h"

const size_t	 builtin_conf_len = sizeof(builtin_conf) - 1;
const size_t	 builtin_seccomp_len = sizeof(builtin_seccomp) - 1;
const size_t	 builtin_ncaps = NITEMS(builtin_caps);
const size_t	 builtin_nfilter =
		    NITEMS(builtin_filter);
