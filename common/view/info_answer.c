#include "info_answer.h"

#include <stdio.h>

#include "record.h"
#include "tmpl.h"

const char *
info_text(const struct info *in, enum info_id which, struct key_str key)
{
	static char		 unknown[1200];
	const struct info_part	*p = &in->part[which];

	if (p->answer != NULL)
		return (rec_str(p->answer, key, ""));
	(void)snprintf(unknown, sizeof(unknown), "unknown (%s)", p->why);
	return (unknown);
}

json_t *
info_json(const struct info *in, enum info_id which, struct key_str key)
{
	return (tmpl_text(info_text(in, which, key)));
}

json_t *
info_num(const struct info *in, enum info_id which, struct key_num key)
{
	const struct rec	*answer = in->part[which].answer;

	return (answer == NULL ? json_null() :
	    json_integer(rec_num(answer, key, 0)));
}

json_t *
info_note(const struct info *in, enum info_id which, json_t *o)
{
	if (in->part[which].answer == NULL)
		(void)json_object_set_new(o, "error",
		    tmpl_text(in->part[which].why));
	return (o);
}
