/* Holds a pod's namespaces open: waits for the end and reaps the orphans that a shared PID namespace hands it. */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static void end(int sign) { _exit(sign == SIGTERM || sign == SIGINT ? 0 : 1); }

static void reap(int sign) {
  (void)sign;
  while (waitpid(-1, 0, WNOHANG) > 0) {
  }
}

int main(void) {
  signal(SIGINT, end);
  signal(SIGTERM, end);
  signal(SIGCHLD, reap);
  for (;;) pause();
}
