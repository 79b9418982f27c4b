#include "define_impl.h"

#include "defaults.h"
#include "record.h"

int
define_steps(struct work *w, const struct step *st, size_t n)
{
	const char	*v;

	for (; n > 0; n--, st++)
		if (st->add != NULL) {
			if (st->add(w) == -1)
				return (-1);
		} else
			rec_each_text(v, w->opts, KEY_FROM(st->option))
				if (st->parse(v, w->def, &w->err) == -1) {
					defaults_blame(w->opts, st->option,
					    &w->err);
					return (-1);
				}
	return (0);
}
