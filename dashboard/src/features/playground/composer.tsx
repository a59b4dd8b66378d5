/** The next question: text, and pictures that are chosen, pasted or dropped. */
import { ImagePlus, Send, X } from 'lucide-react';
import { type ReactNode, useRef, useState } from 'react';
import { Button } from '@/components/ui/button.tsx';
import { Textarea } from '@/components/ui/textarea.tsx';
import { toast } from '@/components/ui/toast.tsx';
import { formatBytes } from '@/lib/format.ts';
import type { UserMessage } from './conversation.ts';

const imagesMax = 8;
const imageBytesMax = 5_000_000;

export function Composer({
  onSend,
  disabled,
  stop,
}: {
  onSend: (message: UserMessage) => void;
  disabled: boolean;
  stop?: ReactNode;
}) {
  const [text, setText] = useState('');
  const [images, setImages] = useState<readonly string[]>([]);
  const file = useRef<HTMLInputElement>(null);
  const isEmpty = text.trim() === '' && images.length === 0;
  async function add(files: Iterable<File>) {
    const read = await Promise.all([...files].filter(({ type }) => type.startsWith('image/')).map(readImage));
    const fresh = read.filter((image) => image !== undefined);
    setImages((before) => [...new Set([...before, ...fresh])].slice(0, imagesMax));
  }
  function send() {
    if (disabled || isEmpty) return;
    onSend({ role: 'user', text, images });
    setText('');
    setImages([]);
  }
  return (
    <form
      className="flex flex-col gap-2 rounded-lg border bg-card p-3"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <Textarea
        aria-label="Your message"
        placeholder="Ask something. Ctrl+Enter sends it; pictures can be pasted."
        value={text}
        className="min-h-20"
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
          event.preventDefault();
          send();
        }}
        onPaste={(event) => void add(event.clipboardData.files)}
        onDrop={(event) => {
          if (event.dataTransfer.files.length === 0) return;
          event.preventDefault();
          void add(event.dataTransfer.files);
        }}
      />
      <Pictures images={images} onRemove={(image) => setImages(images.filter((each) => each !== image))} />
      <div className="flex items-center gap-2">
        <input
          ref={file}
          type="file"
          accept="image/*"
          multiple
          className="sr-only"
          tabIndex={-1}
          aria-label="Pictures"
          onChange={(event) => {
            void add(event.target.files ?? []);
            event.target.value = '';
          }}
        />
        <Button variant="ghost" onClick={() => file.current?.click()} disabled={images.length >= imagesMax}>
          <ImagePlus aria-hidden /> Picture
        </Button>
        <div className="ml-auto flex gap-2">
          {stop}
          <Button type="submit" disabled={disabled || isEmpty}>
            <Send aria-hidden /> Send
          </Button>
        </div>
      </div>
    </form>
  );
}

function Pictures({ images, onRemove }: { images: readonly string[]; onRemove: (image: string) => void }) {
  if (images.length === 0) return null;
  return (
    <ul className="flex flex-wrap gap-2">
      {images.map((image, at) => (
        <li key={image.slice(-60)} className="relative">
          <img src={image} alt={`Attachment ${at + 1}`} className="size-16 rounded-md border object-cover" />
          <Button
            variant="secondary"
            size="icon-sm"
            className="absolute -top-1.5 -right-1.5 size-5 rounded-full border"
            aria-label={`Remove picture ${at + 1}`}
            onClick={() => onRemove(image)}
          >
            <X className="size-3!" />
          </Button>
        </li>
      ))}
    </ul>
  );
}

/** Undefined: it is too large, which is said. */
function readImage(file: File): Promise<string | undefined> {
  if (file.size > imageBytesMax) {
    toast.failed(`${file.name} is larger than ${formatBytes(imageBytesMax)}.`);
    return Promise.resolve(undefined);
  }
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}
