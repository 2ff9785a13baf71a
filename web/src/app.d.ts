declare global {
  namespace App {
    interface PageData {
      /** Of the browser tab; the layout adds the product's name. */
      title?: string;
    }
  }
}

export {};
