#include "why.h"

#include <stdarg.h>
#include <stdio.h>

int
why_set(struct why *w, int error, const char *fmt, ...)
{
	va_list	 ap;

	if (w->error != 0)
		return (-1);
	w->error = error;
	va_start(ap, fmt);
	(void)vsnprintf(w->text, sizeof(w->text), fmt, ap);
	va_end(ap);
	return (-1);
}
