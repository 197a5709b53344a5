#pragma once

#include <curl/curl.h>
#include <stdio.h>

#include "fetching.h"

#define ROBOTS_BYTES 8192
/// Headers of more bytes are no picture's.
#define HEADER_BYTES (256 << 10)
/// So much of an error page is read, to keep the connection; more is not worth it.
#define DISCARDED_BYTES (64 << 10)

/// One request and its answer. Reused for one after the other: the buffer and the handle stay.
typedef struct transfer {
  struct transfer *next_free;
  fetch_client *client;
  CURL *easy;
  CURLU *url;
  uint64_t ticket;
  /// What ended it before libcurl did; FETCH_ANSWERED if nothing.
  fetch_end cut;
  uint8_t *buffer;
  size_t capacity;
  uint64_t length;
  uint64_t discarded;
  FILE *file;
  char path[4096];
  char *final_url;
  uint64_t header_bytes;
  char robots[ROBOTS_BYTES];
  size_t robots_length;
  /// Whether there was more than that: too much to be read counts as a refusal.
  int robots_overflow;
  /// What a callback has to say; libcurl writes its own words over `error` afterwards.
  char reason[160];
  char error[CURL_ERROR_SIZE];
} transfer;

struct fetch_client {
  fetch_settings settings;
  char *user_agent;
  char *spill_folder;
  char *certificates;
  CURLM *multi;
  transfer *free;
  /// Every transfer there is, to free them.
  transfer **all;
  size_t count, capacity;
  /// The one whose result the caller looks at.
  transfer *shown;
  uint64_t spills;
  /// Transfers that were begun and not given back.
  size_t active;
};

transfer *transfer_create(fetch_client *client);
void transfer_free(transfer *transfer);
/// Forgets the answer before, except for the buffer.
void transfer_reset(transfer *transfer);
