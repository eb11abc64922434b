/** The config of the station bus. */
import { z } from 'zod'

export const busSchema = z
  .strictObject({
    broker: z
      .union([
        z.strictObject({
          embedded: z
            .strictObject({
              host: z
                .string()
                .min(1)
                .max(255)
                .default('127.0.0.1')
                .describe('address to listen at'),
              port: z
                .int()
                .min(0)
                .max(65_535)
                .default(1883)
                .describe('TCP port; 0 takes a free one'),
            })
            .describe('this gate runs the broker'),
        }),
        z
          .strictObject({
            url: z.url({ protocol: /^mqtts?$/ }).describe('mqtt://HOST:PORT, or mqtts: for TLS'),
            username: z
              .string()
              .min(1)
              .max(128)
              .optional()
              .describe('user name, where the broker requires a login'),
            passwordFile: z.string().min(1).max(400).optional().describe('file with its password'),
            caFile: z
              .string()
              .min(1)
              .max(400)
              .optional()
              .describe(
                'PEM of the authority that signed the broker’s certificate, instead of the well-known ones',
              ),
          })
          .refine(one => (one.username === undefined) === (one.passwordFile === undefined), {
            path: ['passwordFile'],
            message: 'username and passwordFile go together',
          }),
      ])
      .describe(
        'an MQTT broker of this gate’s own for a small station, or any other by its address',
      ),
  })
  .describe('shares seen codes and areas with the station’s other gates; none unless given')
