# govsla: make | check | check-ledgers | demo | scenario | bench | lint | format | install | clean
#
#   make DEVELOPER=1                      warnings are errors
#   make SANITIZE=address,undefined       everything built with these sanitizers, beside the plain build
#   make check                            sets up, builds, runs every test (also under sanitizers)
#   make check-ledgers                    journals balanced by beancount and ledger too
#   make fuzz SECONDS=60                  every reader of foreign bytes under libFuzzer, a minute each
#   make kill-test KILLS=10000            slamon and its spool killed -9 so many times, PostgreSQL too
#   make soak MINUTES=60                  slamon among random faults for an hour
#   make backlog HOURS=72                 PostgreSQL away for so long, then back: 216 million records, 50 GB
#   make service-test                     the units under a real systemd, as root
#   make demo                             sets up, builds, runs the main job on real endpoints

VERSION := 0.1.0
PREFIX  ?= /usr/local
DESTDIR ?=
ifeq ($(origin CC),default)
CC := gcc
endif
CFLAGS  ?= -O2 -g
SANITIZE ?=
DEVELOPER ?=

# make V=1 shows the commands
say = $(if $(V),,@printf '  %-4s %s\n' $(1) $(2);)

BUILD ?= build$(if $(SANITIZE),/sanitize)$(if $(filter clang%,$(notdir $(CC))),/clang)

comma := ,
PACKAGES := libuv libcurl libcares jansson libpq sqlite3 gmp libcrypto icu-i18n icu-uc
WARNINGS := -Wall -Wextra -Wconversion -Wshadow -Wvla -Wmissing-prototypes -Wno-sign-conversion
CPPFLAGS_ALL := -I. -D_GNU_SOURCE -DGOVSLA_VERSION='"$(VERSION)"' $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null) $(CPPFLAGS)
CFLAGS_ALL := -std=c11 $(WARNINGS) $(CFLAGS) -fno-common -pthread \
	$(if $(DEVELOPER),-Werror) \
	$(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer)
LDFLAGS_ALL := $(LDFLAGS) -pthread $(if $(SANITIZE),-fsanitize=$(SANITIZE))

# What each folder's objects may be linked with: the arrows of docs/design (downwards only).
BASE    := base
JUDGE   := calc case $(BASE)
SLACALC := slacalc report $(JUDGE)
SLAMON  := monitor $(BASE)

LIBS_BASE    := $(shell pkg-config --libs jansson icu-i18n icu-uc 2>/dev/null)
LIBS_SLACALC := $(LIBS_BASE) $(shell pkg-config --libs gmp libpq libcrypto 2>/dev/null)
LIBS_SLAMON  := $(LIBS_BASE) $(shell pkg-config --libs libuv libcurl libcares libpq sqlite3 libssl libcrypto libseccomp 2>/dev/null)

objects = $(patsubst %.c,$(BUILD)/%.o,$(foreach d,$(1),$(filter-out %/main.c,$(wildcard $(d)/*.c $(d)/*/*.c)))) \
	$(if $(filter slacalc,$(1)),$(BUILD)/sql/migrations.o) $(if $(filter case,$(1)),$(BUILD)/contracts/shipped.o)

.PHONY: all programs check check-ledgers demo scenario bench fuzz kill-test soak backlog service-test lint format install clean setup tests
all: programs

programs: $(BUILD)/bin/slacalc $(BUILD)/bin/slamon

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC,$<) $(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) $(FOLDER_CFLAGS) -MMD -MP -c -o $@ $<

# calc/ must not contain a floating-point instruction (see also make lint).
$(BUILD)/calc/%.o: FOLDER_CFLAGS = $(if $(filter clang%,$(notdir $(CC))),,$(if $(SANITIZE),,-mgeneral-regs-only))

# slacalc carries its migrations.
$(BUILD)/sql/migrations.c: sql/embed $(sort $(wildcard sql/migrations/*.sql))
	@mkdir -p $(@D)
	sql/embed $(filter %.sql,$^) >$@

$(BUILD)/sql/migrations.o: $(BUILD)/sql/migrations.c
	$(call say,CC,$<) $(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<

# case/ carries the catalogue, the calendars, the forms of liability and the tables of rates.
$(BUILD)/contracts/shipped.c: contracts/embed contracts/catalogue contracts/calendars contracts/liability contracts/rates \
		$(sort $(wildcard contracts/catalogue/*.json contracts/catalogue/*/*.json contracts/calendars/*.json) \
		$(wildcard contracts/liability/*.json contracts/rates/*.json))
	@mkdir -p $(@D)
	contracts/embed $(filter %.json,$^) >$@

$(BUILD)/contracts/shipped.o: $(BUILD)/contracts/shipped.c
	$(call say,CC,$<) $(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<

$(BUILD)/bin/slacalc: $(BUILD)/slacalc/main.o $(call objects,$(SLACALC))
	@mkdir -p $(@D)
	$(call say,LD,$@) $(CC) $(LDFLAGS_ALL) -o $@ $^ $(LIBS_SLACALC)

$(BUILD)/bin/slamon: $(BUILD)/monitor/main.o $(call objects,$(SLAMON))
	@mkdir -p $(@D)
	$(call say,LD,$@) $(CC) $(LDFLAGS_ALL) -o $@ $^ $(LIBS_SLAMON)

# ---- demo: the generator of a month of samples ----
$(BUILD)/demo/generate: $(BUILD)/demo/generate.o $(call objects,$(SLAMON))
	@mkdir -p $(@D)
	$(call say,LD,$@) $(CC) $(LDFLAGS_ALL) -o $@ $^ $(LIBS_SLAMON)

# ---- bench: statements from samples in memory ----
$(BUILD)/bench/judge_memory: $(BUILD)/bench/judge_memory.o $(call objects,report $(JUDGE))
	@mkdir -p $(@D)
	$(call say,LD,$@) $(CC) $(LDFLAGS_ALL) -o $@ $^ $(LIBS_SLACALC)

# ---- tests: tests/unit/test_FOLDER_MODULE.c is one program of Check suites, linked with its FOLDER ----
UNIT_calc    := $(JUDGE)
UNIT_case    := $(JUDGE)
UNIT_base    := $(BASE)
UNIT_report  := report $(JUDGE)
UNIT_slacalc := $(SLACALC)
UNIT_monitor := $(SLAMON)
# some eighty programs: gold takes a third of the time
QUICK_LINKER := $(if $(shell command -v ld.gold),-fuse-ld=gold)
LIBS_UNIT := $(LIBS_SLACALC) $(LIBS_SLAMON) $(shell pkg-config --libs check 2>/dev/null)

unit_programs := $(patsubst tests/unit/%.c,$(BUILD)/tests/unit/%,$(wildcard tests/unit/test_*.c))
folder_of = $(word 2,$(subst _, ,$(notdir $(1))))

.SECONDEXPANSION:
$(BUILD)/tests/unit/%: $(BUILD)/tests/unit/%.o $$(call objects,$$(UNIT_$$(call folder_of,$$*)))
	@mkdir -p $(@D)
	$(call say,LD,$@) $(CC) $(LDFLAGS_ALL) $(QUICK_LINKER) -o $@ $^ $(LIBS_UNIT)

# Tests leave out the fields that they do not speak of.
$(BUILD)/tests/unit/%.o: FOLDER_CFLAGS = -Wno-missing-field-initializers

# Programs that integration tests run beside the real ones.
integration_programs := $(patsubst tests/integration/%.c,$(BUILD)/tests/integration/%,$(wildcard tests/integration/*.c))
$(BUILD)/tests/integration/%: $(BUILD)/tests/integration/%.o $(call objects,$(SLAMON))
	@mkdir -p $(@D)
	$(call say,LD,$@) $(CC) $(LDFLAGS_ALL) -o $@ $^ $(LIBS_SLAMON)

# ---- tests/fuzz/fuzz_NAME.c: with replay.c over its corpus, or with FUZZER=-fsanitize=fuzzer (make fuzz) ----
fuzz_programs := $(patsubst tests/fuzz/fuzz_%.c,$(BUILD)/tests/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZER ?=
$(BUILD)/tests/fuzz/%: $(BUILD)/tests/fuzz/fuzz_%.o $(if $(FUZZER),,$(BUILD)/tests/fuzz/replay.o) $(call objects,$(SLAMON))
	@mkdir -p $(@D)
	$(call say,LD,$@) $(CC) $(LDFLAGS_ALL) $(FUZZER) -o $@ $^ $(LIBS_SLAMON)

tests: programs $(unit_programs) $(integration_programs) $(fuzz_programs)

setup:
	@deploy/install-packages

check: setup
	@tests/run

# Journals in beancount and ledger as well, which make check does not install.
check-ledgers: setup programs
	@deploy/install-packages deploy/debian-packages-ledgers
	@GOVSLA_BUILD=$(BUILD) tests/integration/test_ledger.py all

demo: setup
	@demo/run

scenario: setup
	@scenarios/jip-base/run

bench: setup
	@deploy/install-packages deploy/debian-packages-bench
	@bench/run

# Fuzzing at length: SECONDS for each target; make check only replays the corpus.
SECONDS ?= 60
fuzz: setup
	@tests/fuzz/run --seconds $(SECONDS) $(FUZZ)

# Killed -9 so many times, then every record accounted for.
KILLS ?= 10000
kill-test: setup programs $(integration_programs)
	@GOVSLA_BUILD=$(BUILD) tests/long/kill --keep --kills $(KILLS) $(if $(SEED),--seed $(SEED)) $(if $(ONLY),--only $(ONLY))

# An hour of random faults around slamon, every sample accounted for.
MINUTES ?= 60
soak: setup programs
	@GOVSLA_BUILD=$(BUILD) tests/long/soak --minutes $(MINUTES) $(if $(SEED),--seed $(SEED))

# What 50,000 targets gave in so many hours without a database, shipped while slamon goes on observing.
HOURS ?= 72
backlog: setup programs $(integration_programs)
	@GOVSLA_BUILD=$(BUILD) tests/long/backlog --hours $(HOURS)

# The units under a systemd of their own, in namespaces; root only.
service-test: setup programs
	@deploy/install-packages deploy/debian-packages-service
	@GOVSLA_BUILD=$(BUILD) tests/long/service

lint:
	@tests/lint

format:
	clang-format -i $$(git ls-files '*.c' '*.h')

install: programs
	install -d $(DESTDIR)$(PREFIX)/bin
	install $(BUILD)/bin/slacalc $(BUILD)/bin/slamon $(DESTDIR)$(PREFIX)/bin
	install -d $(DESTDIR)$(PREFIX)/share/man/man1
	install -m 644 docs/man/slacalc.1 docs/man/slamon.1 $(DESTDIR)$(PREFIX)/share/man/man1
	install -d $(DESTDIR)$(PREFIX)/lib/systemd/system
	for unit in slamon@.service slamon-reflect.service; do \
		sed 's,/usr/local/,$(PREFIX)/,' deploy/$$unit >$(DESTDIR)$(PREFIX)/lib/systemd/system/$$unit || exit; done

clean:
	rm -rf build

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
