#ifndef PRINT_YAML_H
#define PRINT_YAML_H

#include <jansson.h>
#include <stdio.h>

/* A value as YAML, the way podman info prints it. */
void	yaml_print(FILE *, json_t *);

#endif
