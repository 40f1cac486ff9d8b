# SPDX-License-Identifier: BSD-2-Clause
# The MTA's side: sockets, the event loop, the milter protocol.

noinst_LIBRARIES += milter/front/libfront.a
milter_front_libfront_a_SOURCES = \
	milter/front/agreement.c milter/front/agreement.h \
	milter/front/answer.c milter/front/answer.h \
	milter/front/connections.c milter/front/connections.h \
	milter/front/dialogue.c milter/front/dialogue.h \
	milter/front/event.c \
	milter/front/front.h \
	milter/front/macros.c milter/front/macros.h \
	milter/front/packet.c milter/front/packet.h \
	milter/front/protocol.h \
	milter/front/socket.c milter/front/socket.h \
	milter/front/workers.c milter/front/workers.h
