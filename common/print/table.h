/*
 * Columns as podman prints them: at least 12 wide, two spaces between, the
 * last one as it is.
 */
#ifndef PRINT_TABLE_H
#define PRINT_TABLE_H

#include <stdio.h>

struct table;

struct table *table_new(void);
void	table_free(struct table *);
/* Append a cell to the row, made safe for a terminal; end the row. */
void	table_cell(struct table *, const char *);
void	table_row(struct table *);
/* Append text whose cells end with tabs and rows with newlines. */
void	table_text(struct table *, const char *);
/* 0, or -1 if memory ran out on the way. */
int	table_print(const struct table *, FILE *);

#endif
