import type { Json } from "../data/types";

// Pictures of the bot's own files are shown; any other machine is never asked for one.
export function Picture({ image, small = false }: { image: Json; small?: boolean }) {
  const file = image.slack_file?.id;
  if (!file) return <span className="no-picture">▣ {image.alt_text}</span>;
  return (
    <figure className={small ? "picture small" : "picture"}>
      {image.title && <figcaption>{image.title.text}</figcaption>}
      <img src={`/files/${file}?inline`} alt={image.alt_text ?? ""} />
    </figure>
  );
}
