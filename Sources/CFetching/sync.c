#define _GNU_SOURCE
#include <unistd.h>

#include "fetching.h"

int fetch_sync(int descriptor) { return syncfs(descriptor); }
