#include "builtin.h"

#include "container.h"

const size_t	 builtin_conf_len = sizeof(builtin_conf) - 1;
const size_t	 builtin_seccomp_len = sizeof(builtin_seccomp) - 1;
const size_t	 builtin_ncaps = sizeof(builtin_caps) / sizeof(builtin_caps[0]);
const size_t	 builtin_nfilter =
		    sizeof(builtin_filter) / sizeof(builtin_filter[0]);
