#pragma once

#include <stddef.h>
#include <stdint.h>

/// Many HTTP transfers at once over libcurl's multi interface, whose calls with variable arguments
/// Swift cannot make. One thread at a time may use a client.

/// How a transfer ended.
typedef enum {
  /// The server answered; the status says what.
  FETCH_ANSWERED = 0,
  FETCH_TIMEOUT,
  FETCH_DNS,
  FETCH_CONNECTION,
  FETCH_TLS,
  FETCH_TOO_LARGE,
  FETCH_REDIRECT_LIMIT,
  /// `refuses_robots_tag` said no.
  FETCH_OPTED_OUT,
  /// `allows_address` said no to every address.
  FETCH_BLOCKED_ADDRESS,
  FETCH_MALFORMED_URL,
  /// A redirect left http and https.
  FETCH_UNSUPPORTED_SCHEME,
  /// The body is compressed in a way that libcurl does not know, or wrongly.
  FETCH_ENCODING,
  /// The body could not be written to the spill folder: no fault of the server's.
  FETCH_DISK,
  /// This machine has no descriptor or memory left, or cannot read the certificates.
  FETCH_MACHINE,
} fetch_end;

typedef struct {
  const char *user_agent;
  /// Where bodies above `memory_bytes` go; must exist.
  const char *spill_folder;
  /// A file of certificates to trust instead of the system's; may be NULL.
  const char *certificates;
  /// Bodies of more bytes, after decompression, are given up.
  uint64_t maximum_bytes;
  /// Bodies of more bytes go to a file.
  uint64_t memory_bytes;
  uint32_t maximum_redirects;
  uint32_t connect_milliseconds;
  uint32_t total_milliseconds;
  /// Fewer bytes a second, for `slow_seconds`, end a transfer.
  uint32_t slow_bytes;
  uint32_t slow_seconds;
  /// Connections kept open for reuse.
  uint32_t connections;
  /// Connections to one host, also those that redirects lead to.
  uint32_t host_connections;
  /// Asked before each connection with the 4 or 16 bytes of an address; 0 refuses it.
  int (*allows_address)(void *context, const uint8_t *address, size_t length);
  /// Asked with the values of all X-Robots-Tag headers of a response, one a line; 1 gives it up.
  int (*refuses_robots_tag)(void *context, const uint8_t *text, size_t length);
  /// Given to both; must outlive the client.
  void *context;
} fetch_settings;

/// What came of a transfer. Its pointers are valid until the next call with the client.
typedef struct {
  uint64_t ticket;
  fetch_end end;
  /// 0 where no server answered.
  uint32_t status;
  /// The body of an answer of 200 to 299; NULL if it is empty or in a file.
  const uint8_t *bytes;
  uint64_t length;
  /// The file that holds the body, for the caller to move or remove; NULL if there is none.
  const char *spilled;
  /// Where the last redirect led, without name and password; may be NULL.
  const char *final_url;
  const char *content_type;
  /// Of the last response; -1 without such a header.
  int64_t retry_after_seconds;
  double seconds;
  /// What exactly went wrong; empty if nothing did.
  const char *message;
} fetch_result;

typedef struct fetch_client fetch_client;

/// NULL if libcurl has no memory, or cannot do what is needed.
fetch_client *fetch_client_create(const fetch_settings *settings);

/// Ends all transfers, removes their files.
void fetch_client_free(fetch_client *client);

/// Begins a transfer; 0, or -1 if libcurl has no memory. A malformed URL is a transfer that ends so.
int fetch_client_start(fetch_client *client, uint64_t ticket, const char *url);

/// Moves all transfers on, waiting up to so long for something to happen; 0, or -1 if libcurl fails.
int fetch_client_wait(fetch_client *client, uint32_t milliseconds);

/// Gives a transfer that ended; 0 if none did.
int fetch_client_next(fetch_client *client, fetch_result *result);

/// Brings everything written to the descriptor's file system to the disk; 0, or -1 with `errno`.
/// Linux's syncfs, which its headers hide from Swift.
int fetch_sync(int descriptor);
