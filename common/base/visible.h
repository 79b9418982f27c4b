/*
 * Names, labels and error texts come from strangers. Escape them, so that they
 * cannot control the terminal that shows them.
 */
#ifndef BASE_VISIBLE_H
#define BASE_VISIBLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Copy text for a terminal: C0, C1, DEL, bidirectional controls, line and
 * paragraph separators and what is not UTF-8 become \xNN or \uNNNN. Newline
 * and tab pass in visible_text, nothing in visible_word. Returns the length
 * written, always less than the size; the copy is cut where it must be.
 */
size_t	visible_text(char *, size_t, const char *);
size_t	visible_word(char *, size_t, const char *);
/* Is this an invisible character that changes what is shown? */
bool	visible_hides(int32_t);
/* Such a character, or a byte that is not UTF-8, as \xNN or \uNNNN. */
#define VISIBLE_ESCAPE	16
void	visible_escape(char[VISIBLE_ESCAPE], int32_t);
/*
 * The next character of UTF-8 text and its length in bytes; -1 with a length of
 * 1 if the text is not UTF-8. The end of the text is 0 with length 0.
 */
int32_t	utf8_next(const char *, size_t *);

#endif
