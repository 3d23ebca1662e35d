#pragma once
#include "WiFi.h"
#include "WiFiClientSecure.h"
