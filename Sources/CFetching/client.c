#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "transfer.h"

/// Servers can ask for as many seconds as 64 bits hold.
#define LONGEST_WAIT 1000000000

static pthread_once_t once = PTHREAD_ONCE_INIT;
static CURLcode initialized;

static void initialize(void) { initialized = curl_global_init(CURL_GLOBAL_DEFAULT); }

static char *copied(const char *text) { return text ? strdup(text) : NULL; }

fetch_client *fetch_client_create(const fetch_settings *settings) {
  pthread_once(&once, initialize);
  if (initialized != CURLE_OK) return NULL;
  fetch_client *client = calloc(1, sizeof *client);
  if (!client) return NULL;
  client->settings = *settings;
  client->user_agent = copied(settings->user_agent);
  client->spill_folder = copied(settings->spill_folder);
  client->certificates = copied(settings->certificates);
  client->multi = curl_multi_init();
  if (!client->user_agent || !client->spill_folder || !client->multi
      || (settings->certificates && !client->certificates)
      || curl_multi_setopt(client->multi, CURLMOPT_MAXCONNECTS, (long)settings->connections)
      || curl_multi_setopt(
          client->multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long)settings->host_connections)
      || curl_multi_setopt(client->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_MULTIPLEX)) {
    fetch_client_free(client);
    return NULL;
  }
  return client;
}

void fetch_client_free(fetch_client *client) {
  if (!client) return;
  for (size_t index = 0; index < client->count; index++) {
    curl_multi_remove_handle(client->multi, client->all[index]->easy);
    transfer_free(client->all[index]);
  }
  free(client->all);
  curl_multi_cleanup(client->multi);
  free(client->user_agent);
  free(client->spill_folder);
  free(client->certificates);
  free(client);
}

/// A transfer that is not in use, a new one if need be.
static transfer *idle_transfer(fetch_client *client) {
  transfer *idle = client->free;
  if (idle) {
    client->free = idle->next_free;
    return idle;
  }
  if (client->count == client->capacity) {
    size_t capacity = client->capacity ? client->capacity * 2 : 64;
    transfer **grown = realloc(client->all, capacity * sizeof *grown);
    if (!grown) return NULL;
    client->all = grown;
    client->capacity = capacity;
  }
  idle = transfer_create(client);
  if (idle) client->all[client->count++] = idle;
  return idle;
}

static void put_back(fetch_client *client, transfer *transfer) {
  transfer->next_free = client->free;
  client->free = transfer;
}

static void hide(fetch_client *client) {
  if (!client->shown) return;
  transfer_reset(client->shown);
  put_back(client, client->shown);
  client->shown = NULL;
}

int fetch_client_start(fetch_client *client, uint64_t ticket, const char *url) {
  hide(client);
  transfer *begun = idle_transfer(client);
  if (!begun) return -1;
  begun->ticket = ticket;
  // Bytes above ASCII, as manifests have them, are percent-encoded; name and password are dropped.
  CURLUcode parsed = curl_url_set(begun->url, CURLUPART_URL, url, CURLU_URLENCODE);
  if (parsed == CURLUE_OUT_OF_MEMORY) goto failed;
  if (parsed == CURLUE_OK) {
    if (curl_url_set(begun->url, CURLUPART_USER, NULL, 0)
        || curl_url_set(begun->url, CURLUPART_PASSWORD, NULL, 0)
        || curl_url_set(begun->url, CURLUPART_OPTIONS, NULL, 0)
        // Else libcurl would go on giving the URL before as the effective one.
        || curl_easy_setopt(begun->easy, CURLOPT_URL, NULL)
        || curl_easy_setopt(begun->easy, CURLOPT_CURLU, begun->url))
      goto failed;
  } else {
    // Without a URL the transfer ends at once.
    begun->cut = FETCH_MALFORMED_URL;
    snprintf(begun->reason, sizeof begun->reason, "%s", curl_url_strerror(parsed));
    curl_easy_setopt(begun->easy, CURLOPT_CURLU, NULL);
    curl_easy_setopt(begun->easy, CURLOPT_URL, NULL);
  }
  if (curl_multi_add_handle(client->multi, begun->easy) == CURLM_OK) {
    client->active++;
    return 0;
  }
failed:
  transfer_reset(begun);
  put_back(client, begun);
  return -1;
}

int fetch_client_wait(fetch_client *client, uint32_t milliseconds) {
  hide(client);
  int running = 0;
  if (curl_multi_perform(client->multi, &running)) return -1;
  // What ended already is not made to wait for the others.
  int ended = (size_t)running < client->active;
  if (!running || ended) return 0;
  if (curl_multi_poll(client->multi, NULL, 0, (int)milliseconds, NULL)) return -1;
  return curl_multi_perform(client->multi, &running) ? -1 : 0;
}

static fetch_end end_of(const transfer *transfer, CURLcode code, long status) {
  if (transfer->cut != FETCH_ANSWERED && code != CURLE_OK) return transfer->cut;
  switch (code) {
    case CURLE_OK: return FETCH_ANSWERED;
    // An error page too long to be read is an answer all the same.
    case CURLE_WRITE_ERROR: return status >= 300 ? FETCH_ANSWERED : FETCH_CONNECTION;
    case CURLE_OPERATION_TIMEDOUT: return FETCH_TIMEOUT;
    case CURLE_COULDNT_RESOLVE_HOST: return FETCH_DNS;
    case CURLE_BAD_CONTENT_ENCODING: return FETCH_ENCODING;
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_OUT_OF_MEMORY: return FETCH_MACHINE;
    case CURLE_FILESIZE_EXCEEDED: return FETCH_TOO_LARGE;
    case CURLE_TOO_MANY_REDIRECTS: return FETCH_REDIRECT_LIMIT;
    case CURLE_URL_MALFORMAT: return FETCH_MALFORMED_URL;
    case CURLE_UNSUPPORTED_PROTOCOL: return FETCH_UNSUPPORTED_SCHEME;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS: return FETCH_TLS;
    default: return FETCH_CONNECTION;
  }
}

/// Where a transfer ended up, without name and password, for it is stored.
static char *final_url(transfer *transfer) {
  char *effective = NULL, *text = NULL;
  curl_easy_getinfo(transfer->easy, CURLINFO_EFFECTIVE_URL, &effective);
  if (!effective || !*effective) return NULL;
  CURLU *parts = curl_url();
  if (parts && !curl_url_set(parts, CURLUPART_URL, effective, 0)) {
    curl_url_set(parts, CURLUPART_USER, NULL, 0);
    curl_url_set(parts, CURLUPART_PASSWORD, NULL, 0);
    curl_url_get(parts, CURLUPART_URL, &text, 0);
  }
  curl_url_cleanup(parts);
  return text;
}

static void show(fetch_client *client, transfer *transfer, CURLcode code, fetch_result *result) {
  long status = 0;
  curl_off_t retry_after = 0, microseconds = 0;
  char *type = NULL;
  // A transfer without a URL ends before libcurl forgets what it knew of the one before.
  if (transfer->cut != FETCH_MALFORMED_URL) {
    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(transfer->easy, CURLINFO_RETRY_AFTER, &retry_after);
    curl_easy_getinfo(transfer->easy, CURLINFO_CONTENT_TYPE, &type);
    curl_easy_getinfo(transfer->easy, CURLINFO_TOTAL_TIME_T, &microseconds);
    transfer->final_url = final_url(transfer);
  }
  memset(result, 0, sizeof *result);
  result->ticket = transfer->ticket;
  result->end = end_of(transfer, code, status);
  result->status = (uint32_t)(status > 0 ? status : 0);
  // libcurl gives 0 without the header.
  result->retry_after_seconds =
      retry_after <= 0 ? -1 : retry_after < LONGEST_WAIT ? retry_after : LONGEST_WAIT;
  result->seconds = (double)microseconds / 1e6;
  result->content_type = type;
  result->final_url = transfer->final_url;
  if (result->end == FETCH_ANSWERED && status >= 200 && status <= 299) {
    result->length = transfer->length;
    if (transfer->file) {
      int closed = fclose(transfer->file);
      transfer->file = NULL;
      result->spilled = transfer->path;
      if (closed) {
        result->end = transfer->cut = FETCH_DISK;
        snprintf(transfer->reason, sizeof transfer->reason, "the spill file cannot be written");
      }
    } else if (transfer->length) {
      result->bytes = transfer->buffer;
    }
  }
  const char *words = *transfer->error ? transfer->error : curl_easy_strerror(code);
  if (result->end == FETCH_ANSWERED) words = "";
  else if (result->end == transfer->cut && *transfer->reason) words = transfer->reason;
  result->message = words;
  client->shown = transfer;
}

int fetch_client_next(fetch_client *client, fetch_result *result) {
  hide(client);
  int left = 0;
  CURLMsg *message;
  while ((message = curl_multi_info_read(client->multi, &left))) {
    if (message->msg != CURLMSG_DONE) continue;
    CURLcode code = message->data.result;
    char *private = NULL;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &private);
    transfer *done = (transfer *)private;
    // The message goes with the handle.
    curl_multi_remove_handle(client->multi, done->easy);
    client->active--;
    show(client, done, code, result);
    return 1;
  }
  return 0;
}
