#include "tests/needs.h"

const char* oxbow::tests::missing() { return nullptr; }
