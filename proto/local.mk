# SPDX-License-Identifier: Apache-2.0
#
# Every byte layout: the wire's frames and messages, the log's entries.
#
# A new module: add its .c and .h to proto_sources.
# A new schema: add the .proto to proto_schemas, the two generated files to
# proto_generated, and a rule like the one below.
# What a program must link to use this folder is in PROTO_LIBS.

noinst_LIBRARIES += proto/libproto.a
proto_libproto_a_SOURCES = $(proto_sources)

PROTO_LIBS = proto/libproto.a proto/libschema.a $(POLICY_LIBS) \
	$(PROTOBUF_C_LIBS) $(CRYPTO_LIBS) $(JANSSON_LIBS)

proto_sources = \
	proto/blob.c proto/blob.h \
	proto/digest.c proto/digest.h \
	proto/entry.c proto/entry.h \
	proto/log_reader.c proto/log_reader.h \
	proto/meaning.c proto/meaning.h \
	proto/merkle.c proto/merkle.h \
	proto/note.c proto/note.h \
	proto/trust.c proto/trust.h \
	proto/receipt.c proto/receipt.h \
	proto/keyring.c proto/keyring.h \
	proto/seal.c proto/seal.h \
	proto/sealed.c proto/sealed.h \
	proto/segment.c proto/segment.h \
	proto/signer.c proto/signer.h \
	proto/tiles.c proto/tiles.h \
	proto/tombstone.c proto/tombstone.h

# The wire: frames, requests, answers, and the bytes of a decision.
proto_sources += \
	proto/borrow.h \
	proto/budget.c \
	proto/budget.h \
	proto/caseref.c \
	proto/caseref.h \
	proto/frame.c \
	proto/frame.h \
	proto/json.c \
	proto/json.h \
	proto/message.c \
	proto/message.h \
	proto/packed.c \
	proto/packed.h \
	proto/prescan.c \
	proto/prescan.h \
	proto/refusal.c \
	proto/refusal.h \
	proto/request.c \
	proto/request.h \
	proto/result.c \
	proto/result.h \
	proto/varint.h \
	proto/wire.c \
	proto/wire.h \
	proto/wire_answer.c \
	proto/wire_describe.c \
	proto/wire_proof.c \
	proto/wire_proof.h \
	proto/wire_put.c \
	proto/wire_put.h

# protobuf-c's output is compiled apart, without our warnings.
noinst_LIBRARIES += proto/libschema.a
proto_libschema_a_CFLAGS = $(PERMIT_CODEGEN)
nodist_proto_libschema_a_SOURCES = $(proto_generated)

proto_schemas = \
	proto/buf.yaml \
	proto/permit/v1/permit.proto

proto_generated = \
	proto/permit/v1/permit.pb-c.c \
	proto/permit/v1/permit.pb-c.h

BUILT_SOURCES += $(proto_generated)
CLEANFILES += $(proto_generated)
EXTRA_DIST += $(proto_schemas)

proto/permit/v1/permit.pb-c.c: proto/permit/v1/permit.proto
	$(AM_V_GEN)$(PROTOC_C) --proto_path=$(top_srcdir) \
		--c_out=$(top_builddir) $<
proto/permit/v1/permit.pb-c.h: proto/permit/v1/permit.pb-c.c

EXTRA_DIST += proto/README.md proto/log.md
