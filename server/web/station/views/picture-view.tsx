/** A picture of one's own: a file that is dropped or chosen, or what the computer's camera sees. */
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Station } from '../station.ts'
import { say } from '../texts.ts'

interface PictureProps {
  readonly station: Station
}

export function OwnPicture({ station }: PictureProps) {
  const [isOn, setOn] = useState(false)
  const take = (files: FileList | null | undefined) => {
    const [file] = files ?? []
    if (file !== undefined) station.show(file)
  }
  return (
    <section aria-labelledby="picture">
      <h2 id="picture">{say('picture.title')}</h2>
      <label
        class="drop"
        onDragOver={event => event.preventDefault()}
        onDrop={event => {
          event.preventDefault()
          take(event.dataTransfer?.files)
        }}
      >
        <input
          type="file"
          accept="image/*"
          class="unseen"
          onChange={event => {
            take(event.currentTarget.files)
            // The same one may be shown again.
            event.currentTarget.value = ''
          }}
        />
        {say('picture.drop')}
      </label>
      <button
        type="button"
        class="small line webcam"
        aria-expanded={isOn}
        onClick={() => setOn(!isOn)}
      >
        {isOn ? say('picture.shut') : say('picture.camera')}
      </button>
      {isOn && <Webcam station={station} />}
    </section>
  )
}

/** Pixels that are asked for: a code of a phone is seen from an arm's length. */
const VIDEO = { width: { ideal: 1280 }, height: { ideal: 720 } } as const

function Webcam({ station }: PictureProps) {
  const seen = useRef<HTMLVideoElement>(null)
  const [isMissing, setMissing] = useState(false)
  useEffect(() => {
    let stream: MediaStream | undefined
    let isOver = false
    const end = () => {
      for (const track of stream?.getTracks() ?? []) track.stop()
    }
    navigator.mediaDevices.getUserMedia({ video: VIDEO }).then(
      opened => {
        stream = opened
        if (isOver) end()
        else if (seen.current !== null) seen.current.srcObject = opened
      },
      () => setMissing(true),
    )
    return () => {
      isOver = true
      end()
    }
  }, [])
  if (isMissing) return <p role="alert">{say('picture.none')}</p>
  return (
    <>
      <video
        ref={seen}
        class="webcam"
        aria-label={say('picture.seen')}
        autoplay
        muted
        playsInline
      />
      <button
        type="button"
        class="small line"
        onClick={() => seen.current && photo(seen.current).then(station.show)}
      >
        {say('picture.show', { lane: station.goal.value })}
      </button>
    </>
  )
}

/** What is seen now, as JPEG. */
function photo(video: HTMLVideoElement): Promise<Blob> {
  const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight)
  canvas.getContext('2d')?.drawImage(video, 0, 0)
  return canvas.convertToBlob({ type: 'image/jpeg', quality: 0.92 })
}
