# For fingers that type make: every target is a command of ./run.
.PHONY: build serve check test fuzz bench analyse clean help

build serve check test fuzz bench analyse clean help:
	@./run $@
