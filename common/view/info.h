/*
 * Making podman's fields of what `info` knows.
 */
#ifndef VIEW_INFO_H
#define VIEW_INFO_H

#include <jansson.h>

#include "info_answer.h"
#include "tmpl.h"

/* All of it, which the caller owns; NULL: no memory. */
json_t	*info_document(const struct info *);
/* For a template: the fields that Go knows by another name than JSON. */
void	info_add_names(const struct tmpl *, json_t *);

/* podman's sections. NULL: no memory. The caller owns them. */
json_t	*info_host(const struct info *);
json_t	*info_programs_into(const struct info *, json_t *);
json_t	*info_storage(const struct info *);
json_t	*info_registry_list(const struct info *);

#endif
