#include "session_error.h"

#include "error.h"
#include "say.h"
#include "session.h"

int
session_error(struct session *s)
{
	const char	*message = error_message(&s->client.error);
	enum error_code	 code = error_code(&s->client.error);

	client_drain(&s->client);
	(void)say_error("%s", message);
	say_code(code);
	return (EXIT_ENGINE);
}
