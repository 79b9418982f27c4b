#include "info.h"

#include "version.h"

static json_t *
plugins(void)
{
	return (json_pack("{s:[s], s:[s,s,s], s:[s,s], s:n}",
	    "volume", "local", "network", "none", "host", "private",
	    "log", "k8s-file", "none", "authorization"));
}

json_t *
info_document(const struct info *in)
{
	json_t	*o = json_object();

	(void)json_object_set_new(o, "host", info_host(in));
	(void)json_object_set_new(o, "store", info_storage(in));
	(void)json_object_set_new(o, "registries", info_registry_list(in));
	(void)json_object_set_new(o, "plugins", plugins());
	(void)json_object_set_new(o, "version", version_json());
	return (o);
}

/* Fields that Go knows by another name than JSON. */
void
info_add_names(const struct tmpl *t, json_t *j)
{
	static const struct {
		const char	*in[2];		/* host, and in that */
		const char	*json;
		const char	*go;
	} names[] = {
		{ { "host", NULL }, "cgroupVersion", "CgroupsVersion" },
		{ { "host", "security" }, "capabilities",
		    "DefaultCapabilities" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		json_t	*o = json_object_get(j, names[i].in[0]);

		if (names[i].in[1] != NULL)
			o = json_object_get(o, names[i].in[1]);
		if (tmpl_mentions(t, names[i].go))
			(void)json_object_set(o, names[i].go,
			    json_object_get(o, names[i].json));
	}
}
