#include "transfer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

/// Ends a transfer from within a callback: libcurl takes any other number of bytes as a failure.
static size_t cut(transfer *transfer, fetch_end end, const char *message) {
  transfer->cut = end;
  snprintf(transfer->reason, sizeof transfer->reason, "%s", message);
  return 0;
}

static size_t spill(transfer *transfer, const void *bytes, size_t count) {
  fetch_client *client = transfer->client;
  if (!transfer->file) {
    snprintf(
        transfer->path, sizeof transfer->path, "%s/%d-%llu.partial", client->spill_folder,
        (int)getpid(), (unsigned long long)client->spills++);
    transfer->file = fopen(transfer->path, "wb");
    if (!transfer->file) return cut(transfer, FETCH_DISK, "the spill file cannot be made");
    if (transfer->length
        && fwrite(transfer->buffer, 1, transfer->length, transfer->file) != transfer->length)
      return cut(transfer, FETCH_DISK, "the spill file cannot be written");
  }
  if (fwrite(bytes, 1, count, transfer->file) != count)
    return cut(transfer, FETCH_DISK, "the spill file cannot be written");
  return count;
}

static int make_room(transfer *transfer, uint64_t needed) {
  if (needed <= transfer->capacity) return 1;
  size_t capacity = transfer->capacity ? transfer->capacity : 64 << 10;
  while (capacity < needed) capacity *= 2;
  uint8_t *grown = realloc(transfer->buffer, capacity);
  if (!grown) return 0;
  transfer->buffer = grown;
  transfer->capacity = capacity;
  return 1;
}

/// Whether the answer brings a picture, and is no error page and no redirect.
static int is_success(const transfer *transfer) {
  long status = 0;
  curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
  return status >= 200 && status <= 299;
}

static size_t take_body(char *bytes, size_t size, size_t count, void *context) {
  transfer *transfer = context;
  const fetch_settings *settings = &transfer->client->settings;
  size_t added = size * count;
  if (!is_success(transfer)) {
    transfer->discarded += added;
    return transfer->discarded <= DISCARDED_BYTES ? added : 0;
  }
  if (added > settings->maximum_bytes - transfer->length) {
    char message[96];
    snprintf(
        message, sizeof message, "more than %llu bytes",
        (unsigned long long)settings->maximum_bytes);
    return cut(transfer, FETCH_TOO_LARGE, message);
  }
  if (transfer->file || transfer->length + added > settings->memory_bytes) {
    if (added && !spill(transfer, bytes, added)) return 0;
  } else {
    if (!make_room(transfer, transfer->length + added))
      return cut(transfer, FETCH_DISK, "out of memory");
    memcpy(transfer->buffer + transfer->length, bytes, added);
  }
  transfer->length += added;
  return added;
}

/// Adds a header's value to the text that `refuses_robots_tag` is asked about.
static void note_robots(transfer *transfer, const char *value, size_t length) {
  size_t room = sizeof transfer->robots - transfer->robots_length;
  if (length + 1 > room) {
    transfer->robots_overflow = 1;
    return;
  }
  memcpy(transfer->robots + transfer->robots_length, value, length);
  transfer->robots_length += length;
  transfer->robots[transfer->robots_length++] = '\n';
}

static int refuses_robots_tag(const transfer *transfer) {
  const fetch_settings *settings = &transfer->client->settings;
  if (transfer->robots_overflow) return 1;
  return transfer->robots_length && settings->refuses_robots_tag(
      settings->context, (const uint8_t *)transfer->robots, transfer->robots_length);
}

static size_t take_header(char *line, size_t size, size_t count, void *context) {
  static const char name[] = "x-robots-tag:";
  transfer *transfer = context;
  size_t length = size * count;
  size_t taken = length;
  transfer->header_bytes += length;
  if (transfer->header_bytes > HEADER_BYTES)
    return cut(transfer, FETCH_TOO_LARGE, "headers of more than 262,144 bytes");
  if (length >= 5 && !strncmp(line, "HTTP/", 5)) {
    transfer->robots_length = 0;
    transfer->robots_overflow = 0;
    // Another address of the name answers.
    if (transfer->cut == FETCH_BLOCKED_ADDRESS) transfer->cut = FETCH_ANSWERED;
  }
  while (length && (line[length - 1] == '\r' || line[length - 1] == '\n')) length--;
  size_t prefix = sizeof name - 1;
  if (length > prefix && !strncasecmp(line, name, prefix))
    note_robots(transfer, line + prefix, length - prefix);
  if (!length && is_success(transfer) && refuses_robots_tag(transfer)) {
    char message[128];
    // The first line is enough for a person.
    const char *text = transfer->robots;
    const char *end = memchr(text, '\n', transfer->robots_length);
    size_t shown = end ? (size_t)(end - text) : transfer->robots_length;
    while (shown && *text == ' ') text++, shown--;
    snprintf(message, sizeof message, "X-Robots-Tag: %.*s", (int)(shown < 100 ? shown : 100), text);
    return cut(transfer, FETCH_OPTED_OUT, message);
  }
  return taken;
}

/// Called with the address that a name resolved to, for each connection that is opened, also after
/// a redirect: there is no time between the check and the use.
static curl_socket_t open_socket(
    void *context, curlsocktype purpose, struct curl_sockaddr *address) {
  (void)purpose;
  transfer *transfer = context;
  const fetch_settings *settings = &transfer->client->settings;
  const void *bytes = NULL;
  size_t length = 0;
  if (address->family == AF_INET) {
    bytes = &((const struct sockaddr_in *)&address->addr)->sin_addr;
    length = 4;
  } else if (address->family == AF_INET6) {
    bytes = &((const struct sockaddr_in6 *)&address->addr)->sin6_addr;
    length = 16;
  }
  if (!bytes || !settings->allows_address(settings->context, bytes, length)) {
    char text[INET6_ADDRSTRLEN] = "an address of another kind";
    if (bytes) inet_ntop(address->family, bytes, text, sizeof text);
    transfer->cut = FETCH_BLOCKED_ADDRESS;
    snprintf(transfer->reason, sizeof transfer->reason, "%s is not a public address", text);
    return CURL_SOCKET_BAD;
  }
  // A name can have other addresses besides.
  if (transfer->cut == FETCH_BLOCKED_ADDRESS) transfer->cut = FETCH_ANSWERED;
  int opened = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  if (opened < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS)) {
    transfer->cut = FETCH_MACHINE;
    snprintf(transfer->reason, sizeof transfer->reason, "no socket: %s", strerror(errno));
  }
  return opened < 0 ? CURL_SOCKET_BAD : opened;
}

/// Sets an option and remembers whether any failed.
#define SET(option, value) \
  if (curl_easy_setopt(easy, option, value) != CURLE_OK) goto failed

transfer *transfer_create(fetch_client *client) {
  const fetch_settings *settings = &client->settings;
  transfer *made = calloc(1, sizeof *made);
  if (!made) return NULL;
  made->client = client;
  CURL *easy = made->easy = curl_easy_init();
  made->url = curl_url();
  if (!easy || !made->url) goto failed;
  SET(CURLOPT_PRIVATE, made);
  SET(CURLOPT_NOSIGNAL, 1L);
  SET(CURLOPT_USERAGENT, client->user_agent);
  SET(CURLOPT_PROTOCOLS_STR, "http,https");
  SET(CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  SET(CURLOPT_FOLLOWLOCATION, 1L);
  SET(CURLOPT_MAXREDIRS, (long)settings->maximum_redirects);
  SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
  // Transfers from one host share its connection where HTTP/2 is offered.
  SET(CURLOPT_PIPEWAIT, 1L);
  // Pictures gain nothing by it, but some servers compress unasked: that is undone, and limited.
  SET(CURLOPT_ACCEPT_ENCODING, "identity");
  SET(CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)settings->maximum_bytes);
  SET(CURLOPT_CONNECTTIMEOUT_MS, (long)settings->connect_milliseconds);
  SET(CURLOPT_TIMEOUT_MS, (long)settings->total_milliseconds);
  SET(CURLOPT_LOW_SPEED_LIMIT, (long)settings->slow_bytes);
  SET(CURLOPT_LOW_SPEED_TIME, (long)settings->slow_seconds);
  // libcurl walks through all names that it remembers after each transfer.
  SET(CURLOPT_DNS_CACHE_TIMEOUT, 60L);
  // Otherwise giving up a name that is being looked up waits for the look-up, and all others with it.
  SET(CURLOPT_QUICK_EXIT, 1L);
  SET(CURLOPT_BUFFERSIZE, 64L << 10);
  // A proxy from the environment would resolve names unchecked.
  SET(CURLOPT_PROXY, "");
  // A redirect may name a user and password: they are not sent.
  SET(CURLOPT_HTTPAUTH, (long)CURLAUTH_NONE);
  SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
  SET(CURLOPT_SSL_VERIFYPEER, 1L);
  SET(CURLOPT_SSL_VERIFYHOST, 2L);
  if (client->certificates) {
    SET(CURLOPT_CAINFO, client->certificates);
    SET(CURLOPT_CAPATH, NULL);
  }
  SET(CURLOPT_WRITEFUNCTION, take_body);
  SET(CURLOPT_WRITEDATA, made);
  SET(CURLOPT_HEADERFUNCTION, take_header);
  SET(CURLOPT_HEADERDATA, made);
  SET(CURLOPT_OPENSOCKETFUNCTION, open_socket);
  SET(CURLOPT_OPENSOCKETDATA, made);
  SET(CURLOPT_ERRORBUFFER, made->error);
  return made;
failed:
  transfer_free(made);
  return NULL;
}

void transfer_reset(transfer *transfer) {
  if (transfer->file) fclose(transfer->file);
  if (*transfer->path) unlink(transfer->path);
  transfer->file = NULL;
  *transfer->path = 0;
  curl_free(transfer->final_url);
  transfer->final_url = NULL;
  transfer->cut = FETCH_ANSWERED;
  transfer->length = transfer->discarded = transfer->header_bytes = 0;
  transfer->robots_length = 0;
  transfer->robots_overflow = 0;
  *transfer->error = *transfer->reason = 0;
}

void transfer_free(transfer *transfer) {
  if (!transfer) return;
  transfer_reset(transfer);
  curl_easy_cleanup(transfer->easy);
  curl_url_cleanup(transfer->url);
  free(transfer->buffer);
  free(transfer);
}
