/*
 * How the record of a running container begins (engine/container/ctrfiles.h):
 * room for the monitor's note of its end, blank until then.
 */
#ifndef PROTOCOL_NOTE_H
#define PROTOCOL_NOTE_H

#define NOTE_LEN	64			/* bytes, padded with blanks */
#define NOTE_FORMAT	"exit %d %lld"		/* raw status, time in ns */

#endif
