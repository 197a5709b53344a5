#pragma once

// glibc's own functions, which Swift's module of glibc leaves out.
#include <malloc.h>
