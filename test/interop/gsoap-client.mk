# Builds build/$(NAME) from $(NAME).c and stubs made of $(WSDL), which $(SCHEMAS) belong to. Debian: gsoap libgsoap-dev gcc make.
VERSION := $(shell soapcpp2 -V)
GSOAP ?= /usr/share/gsoap
FLAGS = -O0 -w -DCLIENT='"gSOAP $(VERSION)"' -Ibuild -I..
vpath %.c . build

build/$(NAME): build/$(NAME).o build/soapC.o build/soapClient.o
	$(CC) -o $@ $^ -lgsoap

build/%.o: %.c build/soapC.c
	$(CC) $(FLAGS) -c -o $@ $<

build/$(NAME).o: ../gsoap-document.h

build/soapC.c: build/service.h
	cd build && soapcpp2 -2 -c -C -L -x -w -I$(GSOAP)/import service.h >soapcpp2.log 2>&1

build/soapClient.c: build/soapC.c

build/service.h: typemap.dat Makefile $(WSDL) $(SCHEMAS)
	mkdir -p build
	wsdl2h -c -P -L -t typemap.dat -o $@ '$(WSDL)' 2>build/wsdl2h.log

clean:
	rm -rf build
.PHONY: clean
