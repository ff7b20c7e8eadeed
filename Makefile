# Each target is one command of ./dev, which sets itself up. ARGS are handed on: make test ARGS="-k ledger"
.PHONY: demo test check authorities fuzz oracles samples format lock
demo test check authorities fuzz oracles samples format lock:
	@./dev $@ $(ARGS)
