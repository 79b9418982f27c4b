/*
 * What the errno in a helper's answer means: it follows from the request.
 */
#ifndef CLIENT_ANSWER_H
#define CLIENT_ANSWER_H

#include "error.h"
#include "messages.h"

/*
 * The code of an errno that answers a request of this type about an object of
 * this kind (enum obj_kind; 0: it is about none). Never ERR_NONE.
 */
enum error_code	error_of_answer(enum msg_type, uint32_t, int);

#endif
