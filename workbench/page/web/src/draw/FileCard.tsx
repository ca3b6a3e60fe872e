import type { SharedFile } from "../data/types";

export function FileCard({ file }: { file: SharedFile }) {
  if (file.name.toLowerCase().endsWith(".png")) {
    return (
      <figure className="picture">
        <figcaption>{file.title}</figcaption>
        <a href={`/files/${file.id}`} download={file.name}>
          <img src={`/files/${file.id}?inline`} alt={file.alt_txt || file.title} />
        </a>
      </figure>
    );
  }
  return (
    <a className="file" href={`/files/${file.id}`} download={file.name}>
      <span className="file-kind">{file.name.split(".").at(-1)}</span>
      <span>
        <strong>{file.title || file.name}</strong>
        <small>{file.size.toLocaleString("en")} bytes · Download</small>
      </span>
    </a>
  );
}
