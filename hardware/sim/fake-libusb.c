/* A USB bus with one HID scanner, for tests: takes the place of libusb-1.0 under an unmodified
 * node-hid. The scanner is plugged in while the socket FAKE_USB_SOCKET takes connections; each
 * FAKE_USB_REPORT bytes that come through it are one input report, its end is an unplug. A
 * connection that claims the scanner says so with a `C`; the others only look. */
#include <errno.h>
#include <libusb-1.0/libusb.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define VENDOR 0x0c2e
#define PRODUCT 0x0b01
#define WAIT_MS 50

struct libusb_device_handle {
  int socket;
  struct libusb_transfer *pending;
  int cancelled;
  int filled;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct libusb_device_handle *opened;
static char the_device;
static libusb_device *const device = (libusb_device *)&the_device;

static int report_bytes(void) { return atoi(getenv("FAKE_USB_REPORT")); }

static int connect_bus(void)
{
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  snprintf(address.sun_path, sizeof address.sun_path, "%s", getenv("FAKE_USB_SOCKET"));
  if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0) return fd;
  close(fd);
  return -1;
}

int libusb_init(libusb_context **context)
{
  if (context) *context = NULL;
  return 0;
}

void libusb_exit(libusb_context *context) { (void)context; }

ssize_t libusb_get_device_list(libusb_context *context, libusb_device ***list)
{
  int bus = connect_bus();
  (void)context;
  *list = calloc(2, sizeof **list);
  if (bus < 0) return 0;
  close(bus);
  (*list)[0] = device;
  return 1;
}

void libusb_free_device_list(libusb_device **list, int unref)
{
  (void)unref;
  free(list);
}

int libusb_get_device_descriptor(libusb_device *dev, struct libusb_device_descriptor *out)
{
  (void)dev;
  memset(out, 0, sizeof *out);
  out->bLength = LIBUSB_DT_DEVICE_SIZE;
  out->bDescriptorType = LIBUSB_DT_DEVICE;
  out->idVendor = VENDOR;
  out->idProduct = PRODUCT;
  out->bNumConfigurations = 1;
  return 0;
}

int libusb_get_active_config_descriptor(libusb_device *dev, struct libusb_config_descriptor **out)
{
  static struct libusb_endpoint_descriptor endpoint;
  static struct libusb_interface_descriptor setting;
  static struct libusb_interface interface;
  static struct libusb_config_descriptor config;
  (void)dev;
  endpoint.bEndpointAddress = LIBUSB_ENDPOINT_IN | 1;
  endpoint.bmAttributes = LIBUSB_TRANSFER_TYPE_INTERRUPT;
  endpoint.wMaxPacketSize = 64;
  setting.bInterfaceClass = LIBUSB_CLASS_HID;
  setting.bNumEndpoints = 1;
  setting.endpoint = &endpoint;
  interface.altsetting = &setting;
  interface.num_altsetting = 1;
  config.bNumInterfaces = 1;
  config.bConfigurationValue = 1;
  config.interface = &interface;
  *out = &config;
  return 0;
}

int libusb_get_config_descriptor(libusb_device *dev, uint8_t index,
                                 struct libusb_config_descriptor **out)
{
  (void)index;
  return libusb_get_active_config_descriptor(dev, out);
}

void libusb_free_config_descriptor(struct libusb_config_descriptor *config) { (void)config; }
uint8_t libusb_get_bus_number(libusb_device *dev) { return dev == device; }

int libusb_get_port_numbers(libusb_device *dev, uint8_t *ports, int length)
{
  (void)dev;
  if (length < 1) return LIBUSB_ERROR_OVERFLOW;
  ports[0] = 1;
  return 1;
}

int libusb_open(libusb_device *dev, libusb_device_handle **out)
{
  struct libusb_device_handle *handle = calloc(1, sizeof *handle);
  (void)dev;
  handle->socket = -1;
  *out = handle;
  return 0;
}

void libusb_close(libusb_device_handle *handle)
{
  pthread_mutex_lock(&lock);
  if (opened == handle) opened = NULL;
  pthread_mutex_unlock(&lock);
  if (handle->socket >= 0) close(handle->socket);
  free(handle);
}

libusb_device *libusb_get_device(libusb_device_handle *handle)
{
  (void)handle;
  return device;
}

int libusb_kernel_driver_active(libusb_device_handle *handle, int interface)
{
  (void)handle, (void)interface;
  return 1;
}

/* Said aloud, so that a test sees that the wedge was taken from the kernel. */
int libusb_detach_kernel_driver(libusb_device_handle *handle, int interface)
{
  (void)handle, (void)interface;
  fprintf(stderr, "detached from the kernel\n");
  return 0;
}

int libusb_attach_kernel_driver(libusb_device_handle *handle, int interface)
{
  (void)handle, (void)interface;
  return 0;
}

int libusb_claim_interface(libusb_device_handle *handle, int interface)
{
  (void)interface;
  handle->socket = connect_bus();
  if (handle->socket < 0 || write(handle->socket, "C", 1) != 1) return LIBUSB_ERROR_NO_DEVICE;
  pthread_mutex_lock(&lock);
  opened = handle;
  pthread_mutex_unlock(&lock);
  return 0;
}

int libusb_release_interface(libusb_device_handle *handle, int interface)
{
  (void)handle, (void)interface;
  return 0;
}

int libusb_set_interface_alt_setting(libusb_device_handle *handle, int interface, int setting)
{
  (void)handle, (void)interface, (void)setting;
  return 0;
}

int libusb_control_transfer(libusb_device_handle *handle, uint8_t type, uint8_t request,
                            uint16_t value, uint16_t index, unsigned char *data, uint16_t length,
                            unsigned int timeout)
{
  (void)handle, (void)type, (void)request, (void)value, (void)index, (void)data, (void)length;
  (void)timeout;
  return LIBUSB_ERROR_PIPE;
}

int libusb_interrupt_transfer(libusb_device_handle *handle, unsigned char endpoint,
                              unsigned char *data, int length, int *done, unsigned int timeout)
{
  (void)handle, (void)endpoint, (void)data, (void)length, (void)done, (void)timeout;
  return LIBUSB_ERROR_PIPE;
}

struct libusb_transfer *libusb_alloc_transfer(int packets)
{
  (void)packets;
  return calloc(1, sizeof(struct libusb_transfer));
}

void libusb_free_transfer(struct libusb_transfer *transfer) { free(transfer); }

int libusb_submit_transfer(struct libusb_transfer *transfer)
{
  transfer->dev_handle->pending = transfer;
  transfer->dev_handle->filled = 0;
  return 0;
}

int libusb_cancel_transfer(struct libusb_transfer *transfer)
{
  if (transfer->dev_handle->pending == NULL) return LIBUSB_ERROR_NOT_FOUND;
  transfer->dev_handle->cancelled = 1;
  return 0;
}

static void finish(struct libusb_device_handle *handle, enum libusb_transfer_status status)
{
  struct libusb_transfer *transfer = handle->pending;
  handle->pending = NULL;
  transfer->status = status;
  transfer->actual_length = status == LIBUSB_TRANSFER_COMPLETED ? handle->filled : 0;
  transfer->callback(transfer);
}

int libusb_handle_events(libusb_context *context)
{
  struct libusb_device_handle *handle;
  (void)context;
  pthread_mutex_lock(&lock);
  handle = opened;
  pthread_mutex_unlock(&lock);
  if (handle == NULL || handle->pending == NULL) {
    usleep(WAIT_MS * 1000);
    return 0;
  }
  if (handle->cancelled) {
    finish(handle, LIBUSB_TRANSFER_CANCELLED);
    return 0;
  }
  struct pollfd wait = {.fd = handle->socket, .events = POLLIN};
  if (poll(&wait, 1, WAIT_MS) <= 0) return 0;
  ssize_t count = read(handle->socket, handle->pending->buffer + handle->filled,
                       report_bytes() - handle->filled);
  if (count <= 0) {
    finish(handle, LIBUSB_TRANSFER_NO_DEVICE);
    return 0;
  }
  handle->filled += count;
  if (handle->filled == report_bytes()) finish(handle, LIBUSB_TRANSFER_COMPLETED);
  return 0;
}

int libusb_handle_events_completed(libusb_context *context, int *completed)
{
  (void)completed;
  return libusb_handle_events(context);
}

const char *libusb_error_name(int code)
{
  (void)code;
  return "FAKE";
}
