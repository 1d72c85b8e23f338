/** Every picture has the same data as a table; one key shows all of them so. */
class Pictures {
  asTables = $state(false);

  toggle(): void {
    this.asTables = !this.asTables;
  }
}

export const pictures = new Pictures();
